import type { RuleFinding } from "../finding.ts";
import { nearestName } from "../nearest-name.ts";
import { isMapping, type Subject, sections } from "../subject.ts";

const topKeys = [...sections, "service"];
const serviceKeys = ["extensions", "pipelines", "telemetry"];
const routeKeys = ["receivers", "processors", "exporters"];

/** A key at the top, in the service or in a service pipeline that means nothing there: an error, collectors refuse it. */
export function findUnknownSections({ kind, value, routes }: Subject): RuleFinding[] {
  if (kind !== "config") return [];
  const service = isMapping(value.service) ? value.service : {};
  const pipelines = isMapping(service.pipelines) ? service.pipelines : {};
  return [
    ...unknown(value, topKeys, []),
    ...unknown(service, serviceKeys, ["service"]),
    ...routes.flatMap(({ id, at }) => unknown(pipelines[id], routeKeys, at)),
  ];
}

function unknown(found: unknown, known: readonly string[], at: RuleFinding["at"]): RuleFinding[] {
  if (!isMapping(found)) return [];
  return Object.keys(found)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const nearest = nearestName(key, known);
      return {
        severity: "error",
        at: [...at, key],
        message: `${key} has no meaning here; known keys: ${known.join(", ")}.`,
        suggestion: nearest ? `Write ${nearest}.` : `Remove ${key}, or move it to where it belongs.`,
      };
    });
}
