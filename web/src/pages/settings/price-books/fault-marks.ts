import type { Mark } from "../../../editor/index.tsx";

/** The places that a refusal names, "line 3, column 5: ...; line 7, column 1: ...", to mark in the text. */
export function marksOf(refusal: string): Mark[] {
  return [...refusal.matchAll(/line (\d+), column (\d+): (.*?)(?=; line \d+, column \d+: |; and \d+ more$|$)/gs)].map(
    ([, line, column, message = ""]) => ({ severity: "error", line: Number(line), column: Number(column), message }),
  );
}
