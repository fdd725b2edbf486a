import type { RuleFinding } from "../finding.ts";
import { componentType, isMapping, type Subject } from "../subject.ts";

const ownFolders = /^\/(?:var\/(?:lib|log|tmp)|tmp)\/[^/]/;

/** Writes files: a warning under /var/lib, /var/log and /tmp, elsewhere an error, as it could replace a file of the host. */
export function findFileExporters({ components }: Subject): RuleFinding[] {
  return Object.entries(components.exporters).flatMap(([id, settings]): RuleFinding[] => {
    if (componentType(id) !== "file") return [];
    const path = isMapping(settings) && typeof settings.path === "string" ? settings.path : "";
    const safe = ownFolders.test(path) && !path.split("/").includes("..");
    return [
      {
        severity: safe ? "warning" : "error",
        at: ["exporters", id, "path"],
        message: safe
          ? `${id} fills a disk of the host.`
          : `${id} writes outside of the folders that are meant for it.`,
        suggestion: safe
          ? "Set rotation, and export to a backend when you are done looking."
          : "Write below /var/lib, /var/log or /tmp, or export to a backend.",
      },
    ];
  });
}
