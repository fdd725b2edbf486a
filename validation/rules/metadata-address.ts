import { walkText } from "@phoenix/catalog";
import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** Link-local addresses (RFC 3927, RFC 4291) and the names and addresses under which clouds hand out credentials. */
const forbidden =
  /(?<![\d.])169\.254\.\d{1,3}\.\d{1,3}|\[?fe80:|metadata\.google\.internal|(?<![\d.])100\.100\.100\.200|fd00:ec2::254/i;

/** A link-local or metadata address: an error, a collector must not be made to fetch a host's credentials. */
export function findMetadataAddresses(subject: Subject): RuleFinding[] {
  const findings: RuleFinding[] = [];
  walkText(subject.value, (text, at) => {
    if (!forbidden.test(text)) return;
    findings.push({
      severity: "error",
      at,
      message: "This is an address at which clouds hand out credentials, or one that exists on a single link only.",
      suggestion: "Name the machine that is meant; for facts of the cloud use a detector of the collector.",
    });
  });
  return findings;
}
