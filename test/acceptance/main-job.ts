import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  Experiment,
  ExperimentPhase,
  ExperimentSpec,
  ExperimentSpecSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { eventually } from "../harness/eventually.ts";
import type { Site } from "../harness/site.ts";

/** Starts the priority filter against the baseline, with load, on one host of a site; `over` replaces parts of it. */
export async function startMainJob(
  site: Pick<Site, "client">,
  host: string,
  processes = 50,
  over: Exclude<MessageInitShape<typeof ExperimentSpecSchema>, ExperimentSpec> = {},
): Promise<string> {
  const { experiment } = await site.client.experiments.createExperiment({
    name: "main job",
    spec: {
      hosts: { hosts: [host] },
      arms: [
        { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
        { variant: "candidate", pipeline: { name: "process-priority-filter-v1" } },
      ],
      mustKeep: ["postgres", "nginx", "payment-api"],
      load: { profile: "realistic", processes, seed: 1n },
      scopeAccepted: true,
      ...over,
    },
  });
  const experimentId = experiment?.experimentId ?? "";
  await site.client.experiments.startExperiment({ experimentId });
  return experimentId;
}

/** Waits until an experiment has a phase; where it does not come, the failure's cause says where it stands. */
export function waitForPhase(
  site: Pick<Site, "client">,
  experimentId: string,
  phase: ExperimentPhase,
  patienceMs = 300_000,
): Promise<Experiment> {
  return eventually(
    `phase ${phase} of ${experimentId}`,
    async () => {
      const { experiment } = await site.client.experiments.getExperiment({ experimentId });
      if (experiment?.phase === phase) return experiment;
      throw new Error(`it is in phase ${experiment?.phase}: ${experiment?.phaseReason}`);
    },
    patienceMs,
  );
}

/** Waits until an experiment has at least so many analysed blocks. */
export function waitForBlocks(site: Pick<Site, "client">, experimentId: string, blocks: number): Promise<Experiment> {
  return eventually(
    `${blocks} blocks of ${experimentId}`,
    async () => {
      const { experiment } = await site.client.experiments.getExperiment({ experimentId });
      return (experiment?.verdicts[0]?.blocks ?? 0) >= blocks ? experiment : undefined;
    },
    180_000,
  );
}

/** Process ids of the collectors of an experiment's arms, as the host says. */
export async function armPids(site: Site, host: string): Promise<Record<string, number>> {
  const { host: found } = await site.client.fleet.getHost({ hostId: host });
  return Object.fromEntries((found?.collectors ?? []).map((collector) => [collector.variant, collector.pid]));
}
