/**
 * Regular expressions over process names, written once and read twice: by a
 * collector (RE2) and by Phoenix (JavaScript). Promises: what is accepted here
 * means the same to both, and no ordinary name keeps JavaScript busy. Pure.
 *
 * find-expression-fault: the check · escapes, classes: characters both read
 * alike · open-group: how many ways a match can be tried · compile-expression.
 */
export { type CompiledExpression, compileExpression } from "./compile-expression.ts";
export { type ExpressionFault, findExpressionFault } from "./find-expression-fault.ts";
