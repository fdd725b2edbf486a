/**
 * Agents as processes of their own, a scripted controller that they dial, and a
 * proxy that knows HTTP/1.1 alone between those who poll and the controller: for
 * the specs of the agent as a whole.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AttemptState, TaskAction, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { readProcess } from "../probes/index.ts";
import {
  createHttp1Proxy,
  createScriptedController,
  eventually,
  type ScriptedController,
} from "../scripted-controller/index.ts";

const program = fileURLToPath(new URL("../scripted-controller/agent-process.ts", import.meta.url));

/** A token that the controller takes once. */
export const enrollmentToken = "a-token-for-one-enrolment";

/** A rendered configuration, as small as it can be. */
export const config: Buffer = Buffer.from(`
receivers:
  host_metrics:
    collection_interval: \${env:PHX_INTERVAL:-15s}
    initial_delay: \${env:PHX_INITIAL_DELAY}
    scrapers:
      process:
        mute_process_all_errors: true
exporters:
  otlp_http/tap:
    endpoint: \${env:PHX_TAP_URL}
    retry_on_failure: { enabled: false }
extensions:
  health_check: { endpoint: "127.0.0.1:\${env:PHX_HEALTH_PORT}" }
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: "\${env:PHX_METRICS_PORT}" } } } }]
  pipelines:
    metrics: { receivers: [host_metrics], exporters: [otlp_http/tap] }
`);
/** Its digest. */
export const digest: string = createHash("sha256").update(config).digest("hex");

/** An agent in a process of its own. */
export type SpawnedAgent = {
  child: ChildProcess;
  /** Resolves when it has ended and all it said was read. */
  ended: Promise<unknown>;
  /** What it logged so far. */
  said(): string;
};

/** Where the agents of a spec live. */
export type AgentSite = {
  readonly controller: ScriptedController;
  /** State directory of the agents, one at a time. */
  readonly directory: string;
  /** Starts an agent on "stream", or on "poll" behind the proxy. */
  startAgent(transport: "stream" | "poll", enrollmentToken?: string): SpawnedAgent;
  /** Kills an agent as a power cut would. */
  kill(agent: SpawnedAgent): Promise<void>;
  /** Every collector the controller ever heard of. */
  collectorPids(): number[];
  /** Assigns a task about the collector "e.baseline". */
  assignCollector(taskId: string, action: TaskAction, attempt?: number, configDigest?: string): void;
  /** The last report of a task; rejects after 40 seconds without one. */
  report(taskId: string): Promise<TaskUpdate>;
  /** Every window that was acknowledged, in order of time. */
  windows(): WindowMeasurement[];
  /** Those that were measured whole. */
  complete(): WindowMeasurement[];
  /** Ends everything and removes the directory; gives the collectors that ran all the same, which it killed. */
  close(): Promise<number[]>;
};

/** Creates a site whose controller has the configuration and takes the token. */
export async function createAgentSite(): Promise<AgentSite> {
  const directory = await mkdtemp(join(tmpdir(), "phoenix-agent-"));
  const controller = await createScriptedController();
  const proxy = await createHttp1Proxy(() => controller.address);
  controller.configs.set(digest, config);
  controller.tokens.add(enrollmentToken);
  const agents = new Set<SpawnedAgent>();
  let lease = 0n;

  const collectorPids = () => [
    ...new Set(
      controller.hellos.flatMap(({ collectors }) => collectors.map(({ pid }) => pid)).filter((pid) => pid > 0),
    ),
  ];
  const windows = () =>
    [...controller.stored.values()]
      .map(({ measurement }) => measurement!)
      .sort((a, b) => Number(a.windowStart!.seconds - b.windowStart!.seconds));

  return {
    controller,
    directory,
    startAgent(transport, token = "") {
      // Polling is for those who sit behind such a proxy.
      const { address } = transport === "poll" ? proxy : controller;
      const child = spawn(process.execPath, [program, address, directory, transport, token], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr?.on("data", (chunk) => {
        said += chunk;
      });
      const agent = { child, ended: once(child, "close"), said: () => said };
      agents.add(agent);
      return agent;
    },
    async kill(agent) {
      agent.child.kill("SIGKILL");
      await agent.ended;
      agents.delete(agent);
    },
    collectorPids,
    assignCollector(taskId, action, attempt = 1, configDigest = digest) {
      const wanted = {
        configDigest,
        pipeline: "process-baseline-v1",
        // Much more often than the configuration itself, so that each window has a scrape.
        scrapeInterval: { seconds: 1n },
        measurement: { experimentId: "e", variant: "baseline", windowSeconds: 1, mustKeep: ["otelcol.*"] },
      };
      controller.assign({
        taskId,
        attempt,
        leaseToken: ++lease,
        action,
        subject: {
          case: "collector",
          value: { collectorId: "e.baseline", ...(action === TaskAction.STOP ? {} : wanted) },
        },
      });
    },
    report: (taskId) =>
      eventually(
        `the end of ${taskId}`,
        () => controller.updates.find((update) => update.taskId === taskId && update.state >= AttemptState.COMPLETED),
        40_000,
      ),
    windows,
    complete: () => windows().filter((window) => window.complete),
    async close() {
      for (const { child, ended } of agents) {
        child.kill("SIGTERM");
        await ended;
      }
      const left = collectorPids().filter((pid) => readProcess(pid)?.zombie === false);
      for (const pid of left) process.kill(pid, "SIGKILL");
      await proxy.close();
      await controller.kill();
      await rm(directory, { recursive: true, force: true });
      return left;
    },
  };
}
