import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CollectorState, type CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { expect } from "chai";
import { createScriptedController } from "../../../agent/scripted-controller/index.ts";
import { eventually } from "../../harness/eventually.ts";
import { startCommand } from "../../harness/phoenix-command.ts";
import type { FaultGroup, FaultRow } from "../fault-row.ts";
import type { FaultSite } from "../site.ts";

/** A rendered configuration as small as it can be; the number makes each its own. */
function configText(version: number, over: { receivers?: string; health?: string } = {}): string {
  const { receivers = "[host_metrics]", health = `\${env:PHX_HEALTH_PORT}` } = over;
  return `# version ${version}
receivers:
  host_metrics:
    collection_interval: 5s
    scrapers: { process: { mute_process_all_errors: true } }
exporters:
  otlp_http/tap: { endpoint: "\${env:PHX_TAP_URL}", retry_on_failure: { enabled: false } }
extensions:
  health_check: { endpoint: "127.0.0.1:${health}" }
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: "\${env:PHX_METRICS_PORT}" } } } }]
  pipelines:
    metrics: { receivers: ${receivers}, exporters: [otlp_http/tap] }
`;
}

const firstLine = (words: string): string => words.split("\n")[0] ?? "";

/** A real agent with a real collector, whose controller says what the row tells it to. */
async function withCollector(
  site: FaultSite,
  hostName: string,
  use: (host: {
    /** Asks for a configuration and waits for the end of the try. */
    apply(version: number, text: string): Promise<TaskUpdate>;
    /** The collector as its agent describes it now. */
    status(): Promise<CollectorStatus>;
    digestOf(text: string): string;
  }) => Promise<string>,
): Promise<string> {
  const controller = await createScriptedController();
  const token = "a-token-for-one-enrolment";
  controller.tokens.add(token);
  const agent = startCommand(
    ["agent", "--controller", controller.address, "--state-dir", `${site.folder}/${hostName}`, "--host-name", hostName],
    { PHOENIX_ENROLLMENT_TOKEN: token },
  );
  let tasks = 0;
  const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
  const status = async (): Promise<CollectorStatus> => {
    const hellos = controller.hellos.length;
    controller.requestFullState();
    return eventually("a full state", () => controller.hellos[hellos]?.collectors[0]);
  };
  try {
    await eventually("the agent's hello", () => controller.hellos.length > 0 || undefined);
    return await use({
      status,
      digestOf,
      async apply(version, text) {
        const taskId = `apply-${++tasks}`;
        controller.configs.set(digestOf(text), Buffer.from(text));
        controller.assign({
          taskId,
          attempt: 1,
          leaseToken: BigInt(tasks),
          action: TaskAction.UPDATE,
          subject: { case: "collector", value: { collectorId: "active", configDigest: digestOf(text), pipeline: "p" } },
        });
        const update = await eventually(
          `the end of version ${version}`,
          () => controller.updates.find((one) => one.taskId === taskId && one.state >= AttemptState.COMPLETED),
          60_000,
        );
        const applied = update.state === AttemptState.COMPLETED;
        if (applied) site.history.record({ kind: "config-applied", hostId: hostName, subject: "active", version });
        return update;
      },
    });
  } finally {
    agent.child.kill("SIGTERM");
    await agent.result;
    await controller.kill();
  }
}

const unparsable: FaultRow = {
  name: "configuration that cannot be parsed, or that the collector refuses",
  run: (site) =>
    withCollector(site, "unparsable", async ({ apply, status, digestOf }) => {
      const good = configText(1);
      expect((await apply(1, good)).state).to.equal(AttemptState.COMPLETED);
      const before = await status();
      const words = [];
      for (const bad of ["receivers: [\n", configText(2, { receivers: "[nowhere]" })]) {
        const update = await apply(2, bad);
        expect([update.state, update.retryable]).to.deep.equal([AttemptState.FAILED, false]);
        words.push(update.message);
      }
      expect(words[1]).to.match(/nowhere/);
      const begun = performance.now();
      const again = await apply(2, configText(2, { receivers: "[nowhere]" }));
      const againMs = performance.now() - begun;
      expect(again.state).to.equal(AttemptState.FAILED);
      const after = await status();
      expect([after.pid, after.configDigest, after.state]).to.deep.equal([
        before.pid,
        digestOf(good),
        CollectorState.HEALTHY,
      ]);
      return `refused as ${JSON.stringify(words[1])}; the last good one ran on untouched; asked again, refused in ${againMs.toFixed(0)} ms`;
    }),
};

const neverHealthy: FaultRow = {
  name: "configuration whose collector is never healthy",
  long: true,
  run: (site) =>
    withCollector(site, "never-healthy", async ({ apply, status, digestOf }) => {
      const good = configText(1);
      expect((await apply(1, good)).state).to.equal(AttemptState.COMPLETED);
      const begun = performance.now();
      const update = await apply(2, configText(2, { health: "0" }));
      const tookMs = performance.now() - begun;
      expect(update.state).to.equal(AttemptState.FAILED);
      const after = await eventually("the last good one to be healthy", async () => {
        const found = await status();
        return found.state === CollectorState.HEALTHY ? found : undefined;
      });
      expect(after.configDigest).to.equal(digestOf(good));
      return `failed after ${(tookMs / 1000).toFixed(1)} s ("${firstLine(update.message)}"); the last good one runs again`;
    }),
};

const diesLater: FaultRow = {
  name: "configuration whose collector dies after 5 s, again and again",
  long: true,
  run: (site) =>
    withCollector(site, "dies-later", async ({ apply, status, digestOf }) => {
      const [good, fatal] = [configText(1), configText(2)];
      expect((await apply(1, good)).state).to.equal(AttemptState.COMPLETED);
      expect((await apply(2, fatal)).state).to.equal(AttemptState.COMPLETED);
      const begun = performance.now();
      let deaths = 0;
      let killed = 0;
      const back = await eventually(
        "the last good one to be back",
        async () => {
          const { pid, configDigest, state } = await status();
          if (configDigest === digestOf(good) && state === CollectorState.HEALTHY) return configDigest;
          if (configDigest === digestOf(fatal) && pid > 0 && pid !== killed) {
            await delay(deaths === 0 ? 5_000 : 500);
            process.kill(pid, "SIGKILL");
            killed = pid;
            deaths += 1;
          }
          return undefined;
        },
        120_000,
      );
      site.history.record({ kind: "rollback-reported", hostId: "dies-later", subject: "active", version: 1 });
      expect(back).to.equal(digestOf(good));
      const again = await apply(2, fatal);
      expect(again.state).to.equal(AttemptState.FAILED);
      return `after ${deaths} deaths in ${((performance.now() - begun) / 1000).toFixed(1)} s the last good one runs and is reported; asked for again, the fatal one is refused: "${firstLine(again.message)}"`;
    }),
};

/** Configurations that do not work, with a real collector. */
export const configFaults: FaultGroup = {
  name: "configurations",
  replicas: 0,
  rows: [unparsable, neverHealthy, diesLater],
};
