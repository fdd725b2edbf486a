/** Finds the references to variables in a text, `${var:interval}`; group 1 is the name. */
export const variableReference = /\$\{var:([^{}]*)\}/g;

/** Names of the variables that a text refers to, in order, with repetition. */
export function referredVariables(text: string): string[] {
  return [...text.matchAll(variableReference)].map((match) => match[1] ?? "");
}
