import type { RuleFinding } from "./finding.ts";
import { isMapping, type Subject, type SubjectRoute, sections } from "./subject.ts";

/** A configuration as the rules see it, and what keeps it from being one. */
type ReadConfig = { subject: Subject | undefined; complaints: RuleFinding[] };

/** Reads the parts of a collector configuration that the rules look at; the rest is the collector's to judge. */
export function readConfig(value: unknown): ReadConfig {
  if (!isMapping(value)) return { subject: undefined, complaints: [shape([], "A configuration is a mapping.")] };
  const complaints: RuleFinding[] = [];
  const components: Subject["components"] = {
    receivers: {},
    processors: {},
    exporters: {},
    connectors: {},
    extensions: {},
  };
  for (const section of sections) {
    const found = value[section] ?? {};
    if (isMapping(found)) components[section] = found;
    else complaints.push(shape([section], `${section} must be a mapping from component to settings.`));
  }
  const service = isMapping(value.service) ? value.service : {};
  const pipelines = isMapping(service.pipelines) ? service.pipelines : {};
  if (Object.keys(pipelines).length === 0) {
    complaints.push(shape(["service", "pipelines"], "service.pipelines must name at least one pipeline."));
  }
  const routes = Object.entries(pipelines).map(([id, route]): SubjectRoute => {
    const at = ["service", "pipelines", id];
    if (!isMapping(route)) complaints.push(shape(at, `${id} must be a mapping with receivers and exporters.`));
    const names = (key: string) => textList(isMapping(route) ? route[key] : undefined);
    return { id, at, receivers: names("receivers"), processors: names("processors"), exporters: names("exporters") };
  });
  return {
    subject: { kind: "config", value, components, routes, usedExtensions: textList(service.extensions) },
    complaints,
  };
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function shape(at: string[], message: string): RuleFinding {
  return {
    severity: "error",
    at,
    message,
    suggestion: "See the collector's documentation of configurations.",
  };
}
