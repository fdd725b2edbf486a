import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import type { Finding } from "@phoenix/validation";

/** Findings that are written out; the rest are counted. */
const mostFindings = 5;

/** The refusal of a file for its errors: COLLECTOR_REFUSED_CONFIG where the collector found them, else INVALID_FIELD. */
export function refusalOf(what: string, findings: readonly Finding[]): PhoenixError {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const said = errors.slice(0, mostFindings).map(({ line, column, path, message }) => {
    const place = line > 0 ? `line ${line}, column ${column}: ` : "";
    return `${place}${path === "" ? "" : `${path}: `}${message}`;
  });
  if (errors.length > mostFindings) said.push(`and ${errors.length - mostFindings} more`);
  const reason = first?.rule === "collector" ? ErrorReason.COLLECTOR_REFUSED_CONFIG : ErrorReason.INVALID_FIELD;
  return phoenixError(reason, `${what}: ${said.join("; ")}`, {
    metadata: {
      field: "pipeline_file",
      rule: first?.rule ?? "",
      line: String(first?.line ?? 0),
      column: String(first?.column ?? 0),
    },
  });
}
