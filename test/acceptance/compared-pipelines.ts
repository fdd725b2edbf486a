import type { ArmKpis, ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { eventually } from "../harness/eventually.ts";
import { type CommandResult, runCommand } from "../harness/phoenix-command.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite } from "../harness/site.ts";
import { startMainJob } from "./main-job.ts";

/** What several cases ask of one run: the baseline against two candidates on one host, under load. */
export type ComparedPipelines = {
  /** Of each arm by name. */
  kpis: Map<string, ArmKpis>;
  panel: ArmPanel[];
  /** `phoenix experiment compare <id> --variant <aggregated>`, as a table and as JSON. */
  table: CommandResult;
  json: CommandResult;
};

/** The processes nobody may lose, names of the load. */
export const criticalProcesses = ["postgres", "nginx", "payment-api"];

/** The arms that run the priority filter and the aggregated pipeline. */
export const priority = "candidate";
export const aggregated = "candidate-2";

/** Whole windows of every arm that are enough to say what it sends. */
const enoughWindows = 8;

let compared: Promise<ComparedPipelines> | undefined;

/** The one run of this process; the first who asks waits for it, and nothing is left of it but its figures. */
export function comparePipelines(): Promise<ComparedPipelines> {
  compared ??= run();
  return compared;
}

async function run(): Promise<ComparedPipelines> {
  const site = await createSite();
  try {
    await site.startServer();
    await site.startAgent("web-1");
    const experimentId = await startMainJob(site, "web-1", 40, {
      arms: [
        { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
        { variant: priority, pipeline: { name: "process-priority-filter-v1" } },
        { variant: aggregated, pipeline: { name: "process-aggregated-v1" } },
      ],
      mustKeep: criticalProcesses,
    });
    const arms = await eventually(
      `${enoughWindows} windows of all three arms`,
      async () => {
        const { arms } = await site.client.benchmark.calculateKpis({ experimentId });
        return arms.length === 3 && arms.every(({ windows }) => windows >= enoughWindows) ? arms : undefined;
      },
      150_000,
    );
    const compare = (...args: string[]): Promise<CommandResult> =>
      runCommand(["experiment", "compare", experimentId, "--variant", aggregated, ...args, "--server", site.apiUrl]);
    return {
      kpis: new Map(arms.map((arm) => [arm.variant, arm])),
      panel: await readPanel(site, experimentId),
      table: await compare(),
      json: await compare("--output", "json"),
    };
  } finally {
    await site.close();
  }
}
