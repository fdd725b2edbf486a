import type { DocumentPath } from "@phoenix/catalog";
import { isLoopback, readAddress } from "../address.ts";
import type { RuleFinding } from "../finding.ts";
import { isMapping, type Subject } from "../subject.ts";

/** TLS is off towards another machine, or its certificate is not checked: a warning, the other end may be anyone. */
export function findInsecureTls({ components }: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const look = (value: unknown, at: DocumentPath, local: boolean): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) look(item, [...at, index], local);
    if (!isMapping(value)) return;
    const near = typeof value.endpoint === "string" ? isLocal(value.endpoint) : local;
    for (const [key, item] of Object.entries(value)) {
      if (key === "insecure_skip_verify" && item === true)
        findings.push(
          insecure(
            [...at, key],
            "The certificate of the other end is not checked.",
            "Remove insecure_skip_verify, and name the authority in ca_file.",
          ),
        );
      else if (key === "insecure" && item === true && !near)
        findings.push(
          insecure(
            [...at, key],
            "TLS is off towards another machine.",
            "Remove insecure: true, and name the authority in ca_file where it is your own.",
          ),
        );
      else look(item, [...at, key], near);
    }
  };
  for (const section of ["receivers", "exporters", "extensions"] as const) look(components[section], [section], false);
  return findings;
}

function isLocal(endpoint: string): boolean {
  const host = readAddress(endpoint)?.host;
  return host !== undefined && isLoopback(host);
}

function insecure(at: DocumentPath, message: string, suggestion: string): RuleFinding {
  return { severity: "warning", at, message, suggestion };
}
