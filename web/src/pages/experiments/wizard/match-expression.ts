import { compileExpression, findExpressionFault } from "@phoenix/platform/expression";

/** What an expression does with the names that are known. */
export type ExpressionMatch = { text: string; fault: string | undefined; matches: string[] };

/** Tries each expression on names; one that no collector would take says why. */
export function matchExpressions(expressions: readonly string[], names: readonly string[]): ExpressionMatch[] {
  return expressions.map((text) => {
    const fault = findExpressionFault(text);
    if (fault !== null) return { text, fault: `At character ${fault.position}: ${fault.problem}.`, matches: [] };
    const { pattern } = compileExpression(text);
    return { text, fault: undefined, matches: names.filter((name) => pattern.test(name)) };
  });
}
