import { readFileSync } from "node:fs";

/** What stands for what a path leaves open. */
export type PathValues = {
  experimentId: string;
  hostId: string;
  deploymentId?: string;
  loadSimulationId?: string;
};

/** Pages of an experiment that are worth a look of their own. */
const tabs = ["evidence", "cost", "hosts", "events"];
/** Pages of the settings. */
const settings = ["users", "tokens", "enrolment", "price-books", "approvals", "rights"];

/**
 * Every page of the console that can be reached with these values, as its registry
 * lists them; those that need a thing that is not there are left out.
 */
export function consolePaths(values: PathValues): string[] {
  const registry = readFileSync(new URL("../../web/src/pages/registry.ts", import.meta.url), "utf8");
  const known: Record<string, string | undefined> = { ...values, name: "process-priority-filter-v1" };
  const paths = [...registry.matchAll(/\bpath: "([^"]+)"/g)]
    .map(([, path = ""]) => path.replaceAll(/\$(\w+)/g, (open, name: string) => known[name] ?? open))
    .filter((path) => !path.includes("$"));
  if (paths.length === 0) throw new Error("the registry of pages could not be read");
  const experiment = `/experiments/${values.experimentId}`;
  return [
    ...paths,
    ...tabs.map((tab) => `${experiment}?tab=${tab}`),
    ...settings.map((tab) => `/settings?tab=${tab}`),
    "/fleet?view=map",
  ];
}
