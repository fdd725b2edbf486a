import { createHash } from "node:crypto";

/** Kinds of component in the order that a digest goes by. */
const kinds = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;

/** The types of components by kind, as `phoenix.agent.v1.ComponentSet` has them. */
export type ComponentTypes = Readonly<Record<(typeof kinds)[number], readonly string[]>>;

/** Names a set of components as `HostFacts.collector_components_digest` says; the order of types and doubles do not count. */
export function componentsDigest(types: ComponentTypes): string {
  const hash = createHash("sha256");
  for (const kind of kinds) {
    for (const type of [...new Set(types[kind])].sort()) hash.update(`${kind}/${type}\n`);
  }
  return hash.digest("hex");
}
