import {
  type Deployment,
  DeploymentEventType,
  DeploymentState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { BenchOptions, Say } from "../bench-options.ts";
import { type ControllerSite, createControllerSite } from "../fleet/controller-site.ts";
import { createCrew } from "../fleet/crew.ts";
import { nowMs } from "../report/monotonic.ts";

const goalPerSecond = 200;

/** What is rolled out, and how: the first to hosts that run nothing, then another, then the first again. */
const rounds = [
  { what: "the first version, to hosts that run nothing", pipeline: "process-baseline-v1" },
  { what: "another version", pipeline: "process-priority-filter-v1" },
] as const;

/**
 * A deployment to a fleet of simulated agents through the public API: a canary,
 * then 25, 50 and 100 %, at most 500 hosts at a time, every gate judged before
 * each step. No dwell, so that what is measured is the work and not the waiting.
 */
export async function benchRollout(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 1_000 } = options;
  const site = await createControllerSite();
  const crew = await createCrew(2, { host: "127.0.0.1", port: site.agentPort });
  const rows: string[] = [];
  const note = (what: string, tookMs: number, goal: string): void => {
    const perSecond = Math.round((agents / tookMs) * 1000);
    rows.push(`| ${what} | ${(tookMs / 1000).toFixed(1)} s | ${perSecond.toLocaleString("en")}/s | ${goal} |`);
    say(`${what}: ${(tookMs / 1000).toFixed(1)} s, ${perSecond} agents/s`);
  };
  try {
    await site.start();
    const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: agents });
    const names = Array.from({ length: agents }, (_, index) => `rollout-${index}`);
    await crew.enroll(names, secret, 64);
    await crew.all({ do: "dial", count: Math.ceil(agents / 2), atOnce: 32 });
    await crew.all({ do: "tell-collectors" });
    say(`${agents} agents are connected`);

    let deploymentId = "";
    for (const { what, pipeline } of rounds) {
      const begunMs = nowMs();
      const begun = await ask(site, deploymentId, pipeline);
      ({ deploymentId } = begun);
      await over(site, begun, DeploymentState.ROLLED_OUT);
      note(`${what}, in ${begun.steps} steps`, nowMs() - begunMs, `≥ ${goalPerSecond}/s`);
    }
    const begunMs = nowMs();
    const { deployment } = await site.client.deployments.rollbackDeployment({ deploymentId, reason: "bench" });
    await over(site, deployment!, DeploymentState.ROLLED_BACK);
    note("back to the first, all at once", nowMs() - begunMs, "");
    const { doubleEffects } = await crew.report();
    const told = await site.db.query("SELECT FROM agent_tasks WHERE kind = 'collector'");
    rows.push(
      `| tasks told, tries with more than one effect | ${told.length} for ${3 * agents} hosts to change, ${doubleEffects} | | none twice |`,
    );
  } finally {
    await crew.stop();
    await site.close();
  }
  return [
    `${agents} simulated agents that say how their collectors stand and report each task at once; a canary, then 25, 50 and 100 %, ` +
      "at most 500 hosts at a time, every gate judged before each step, no dwell. From the call to the event that every host " +
      "runs it; server, PostgreSQL 18 and agents share the machine.",
    "",
    "| | until every host runs it | agents | goal |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

async function ask({ client }: ControllerSite, deploymentId: string, name: string): Promise<Deployment> {
  const pipeline = { name };
  const strategy = { dwell: { seconds: 0n } };
  const { deployment } =
    deploymentId === ""
      ? await client.deployments.createDeployment({ name: "fleet", pipeline, strategy })
      : await client.deployments.updateDeployment({ deploymentId, pipeline, updateMask: { paths: ["pipeline"] } });
  return deployment!;
}

/** Waits for the event that ends a roll-out. @throws Error when it comes to something else. */
async function over({ client }: ControllerSite, { deploymentId, wanted }: Deployment, end: DeploymentState) {
  const stop = new AbortController();
  const stream = client.deployments.watchDeployment({ deploymentId }, { signal: stop.signal, timeoutMs: 0 });
  try {
    for await (const { events } of stream) {
      const own = events.filter(({ version }) => version === wanted?.version);
      const failed = own.find(({ type }) => type === DeploymentEventType.GATE_FAILED);
      if (failed !== undefined) throw new Error(`a gate failed: ${failed.message}`);
      const done =
        end === DeploymentState.ROLLED_OUT ? DeploymentEventType.ROLLED_OUT : DeploymentEventType.ROLLED_BACK;
      if (own.some(({ type }) => type === done)) return;
    }
  } finally {
    stop.abort();
  }
  throw new Error("the watch of the deployment ended before it did");
}
