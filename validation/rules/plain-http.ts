import { walkText } from "@phoenix/catalog";
import { isLoopback, readAddress } from "../address.ts";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** An exporter or extension talks http to another machine: a warning, everyone on the way reads along. */
export function findPlainHttp({ components }: Subject): RuleFinding[] {
  const { exporters, extensions } = components;
  const findings: RuleFinding[] = [];
  walkText({ exporters, extensions }, (text, at) => {
    const address = readAddress(text);
    if (address?.scheme !== "http" || address.host === undefined || isLoopback(address.host)) return;
    findings.push({
      severity: "warning",
      at,
      message: `This goes to ${address.host} without TLS.`,
      suggestion: "Write https://, or send to a proxy on this host.",
    });
  });
  return findings;
}
