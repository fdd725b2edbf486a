import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { findExpressionFault } from "./expression-fault.ts";

/** A must-keep expression that can be matched. */
export interface MustKeepExpression {
  /** As written in the experiment. */
  readonly expression: string;
  /** The same, anchored at both ends, without flags. */
  readonly pattern: RegExp;
}

const LONGEST_EXPRESSION = 512;

/**
 * Compiles a must-keep expression: a regular expression that matches the whole
 * name, `^(?:expression)$`. Only what RE2 and JavaScript read alike is taken,
 * because collectors (RE2) and Phoenix must mean the same processes. Throws
 * PhoenixError INVALID_EXPRESSION that says what is wrong and what to write.
 */
export function compileMustKeep(expression: string): MustKeepExpression {
  const refuse = (why: string, cause?: unknown): Error =>
    phoenixError(
      ErrorReason.INVALID_EXPRESSION,
      `The must-keep expression ${JSON.stringify(expression.slice(0, LONGEST_EXPRESSION))} cannot be used: ${why}`,
      { metadata: { expression: expression.slice(0, LONGEST_EXPRESSION) }, cause },
    );
  if (expression === "") throw refuse("it is empty. Write the name of a process, or a pattern such as payment-.*.");
  if (expression.length > LONGEST_EXPRESSION) {
    throw refuse(`it is longer than ${LONGEST_EXPRESSION} characters. Split it into several expressions.`);
  }
  const fault = findExpressionFault(expression);
  if (fault !== undefined) throw refuse(fault);
  try {
    return { expression, pattern: new RegExp(`^(?:${expression})$`) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refuse(`it is not a regular expression (${error.message}).`, error);
  }
}
