import { ErrorReason, phoenixError } from "../errors/index.ts";
import { findExpressionFault, longestExpression } from "./find-expression-fault.ts";

/** An expression that can be matched. */
export interface CompiledExpression {
  /** As it was written. */
  readonly text: string;
  /** The same, anchored at both ends: it matches whole names. Without flags. */
  readonly pattern: RegExp;
}

/**
 * Compiles an expression that matches whole process names. Throws PhoenixError
 * INVALID_EXPRESSION that says where it is wrong, why, and what to write;
 * `field` is the request's field it came from, for the error's metadata.
 */
export function compileExpression(text: string, field?: string): CompiledExpression {
  const fault = findExpressionFault(text);
  if (fault === null) return { text, pattern: new RegExp(`^(?:${text})$`) };
  const expression = text.slice(0, longestExpression);
  throw phoenixError(
    ErrorReason.INVALID_EXPRESSION,
    `The expression ${JSON.stringify(expression)} cannot be used. At character ${fault.position}: ${fault.problem}. It has to match whole process names, in what RE2 and JavaScript read alike.`,
    { metadata: { expression, position: String(fault.position), ...(field === undefined ? {} : { field }) } },
  );
}
