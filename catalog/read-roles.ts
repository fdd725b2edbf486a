import type { LoadRoleDefinition } from "./load-profile-definition.ts";
import { isMapping, type Report, reportUnknownKeys } from "./mapping.ts";
import { createFieldReader } from "./read-fields.ts";

const knownKeys = ["name", "weight", "cpu_weight", "memory"];
// The kernel keeps 15 bytes of a name, and gives the length no one sees.
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,13}$/;
const mostRoles = 200;
const mostMemoryBytes = 256 * 2 ** 20;

/** Reads a list of roles; a role that is only a name waits and is drawn as often as another. */
export function readRoles(value: unknown, key: string, report: Report): LoadRoleDefinition[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > mostRoles) {
    report([key], `must be a list of at most ${mostRoles} names or of mappings with ${knownKeys.join(", ")}`);
    return [];
  }
  return value.flatMap((item: unknown, index) => readRole(item, [key, index], report) ?? []);
}

function readRole(item: unknown, path: [string, number], report: Report): LoadRoleDefinition | undefined {
  const fields = typeof item === "string" ? { name: item } : item;
  if (!isMapping(fields)) {
    report(path, `must be a name or a mapping with ${knownKeys.join(", ")}`);
    return undefined;
  }
  reportUnknownKeys(fields, knownKeys, path, report);
  const { name } = fields;
  if (typeof name !== "string" || !namePattern.test(name)) {
    report([...path, "name"], "the name of a process is 1 to 14 letters, digits, dots, hyphens or underscores");
    return undefined;
  }
  const read = createFieldReader(fields, path, report);
  return {
    name,
    weight: read.whole("weight", { from: 1, to: 1_000, absent: 1 }),
    cpuWeight: read.whole("cpu_weight", { from: 0, to: 1_000, absent: 0 }),
    memoryBytes: String(read.bytes("memory", mostMemoryBytes)),
  };
}
