import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import type { CollectorBinary } from "@phoenix/collector";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { GoodbyeSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { createStack, type Stack } from "@phoenix/platform/lifecycle";
import type { CollectorComponents } from "./collector-components.ts";
import { toCollectorStatus } from "./collector-status.ts";
import type { AgentSettings } from "./config/index.ts";
import type { ControllerPort } from "./controller-port/index.ts";
import { createConversation, createObservationFeed } from "./conversation.ts";
import { createCredentials, createRenewal, type Identity } from "./enrollment/index.ts";
import { describeHost } from "./host-description.ts";
import { openJournal } from "./journal/index.ts";
import { createLoadSimulation } from "./loadsim/index.ts";
import { createMeasurement } from "./measurement/index.ts";
import { resumeMeasurement } from "./resume-measurement.ts";
import { openSpool } from "./spool/index.ts";
import { createSupervisor } from "./supervisor/index.ts";
import {
  createCollectorExecutor,
  createCommandExecutor,
  createLoadExecutor,
  createLoadSimulations,
  createOutbox,
  createTaskRunner,
  reapPrograms,
} from "./tasks/index.ts";
import {
  createControllerClock,
  createLogShipper,
  createPollTransport,
  createStreamTransport,
  createUplink,
  type Uplink,
} from "./uplink/index.ts";

/** Who the agent is and what it runs collectors with. */
export type AgentGround = {
  settings: AgentSettings;
  port: ControllerPort;
  identity: Identity;
  binary: CollectorBinary;
  /** What it contains; null when it does not say. */
  components: CollectorComponents | null;
  /** Asked when the agent stops. */
  stopCollectors(): boolean;
};

/** The agent's parts as one service: started in this order, stopped in the reverse one. */
export async function composeAgent(ground: AgentGround): Promise<{ stack: Stack; uplink: Uplink }> {
  const { settings, port, identity, binary, components } = ground;
  const { logger, stateDir } = settings;
  const clock = createControllerClock();
  const credentials = createCredentials(stateDir, identity);
  const journal = await openJournal({ directory: stateDir, logger });
  const spool = await openSpool({ directory: join(stateDir, "spool"), logger });
  const feed = createObservationFeed(spool, () => uplink, logger);
  const outbox = createOutbox((update) => uplink.send({ case: "taskUpdate", value: update }));
  const logs = createLogShipper({ send: (batch) => uplink.send({ case: "logs", value: batch }), logger });

  const supervisor = createSupervisor({
    binary,
    stateDir,
    hostId: identity.hostId,
    hostName: identity.hostName,
    logger,
    async fetchConfig(configDigest) {
      const method = AgentService.method.fetchConfig;
      return (await port.call(method, { configDigest }, { credential: credentials.secret(), timeoutMs: 30_000 }))
        .config;
    },
    onChange(snapshot) {
      // Without a session nothing is lost: the next Hello tells all of it.
      void uplink.send({ case: "collectorStatus", value: toCollectorStatus(snapshot, binary.version) });
    },
    onLog: (collectorId, line) => logs.take(collectorId, line),
  });
  const measurement = createMeasurement({
    directory: stateDir,
    supervisor,
    clockOffsetMs: () => clock.offsetMs(),
    async observe(observation) {
      await spool.add([observation]);
      feed.wake();
    },
    logger,
  });
  const loads = createLoadSimulations({ directory: stateDir, logger, create: createLoadSimulation });
  const runner = createTaskRunner({
    journal,
    executors: {
      collector: createCollectorExecutor({ supervisor, measurement }),
      loadSimulation: createLoadExecutor(loads),
      command: createCommandExecutor(stateDir),
    },
    report: (update) => outbox.put(update),
    controllerNowMs: () => clock.nowMs(),
    logger,
  });
  const reportComponents = async (): Promise<void> => {
    if (components === null) return;
    const method = AgentService.method.reportComponents;
    const request = { components: components.list };
    await port.call(method, request, { credential: credentials.secret(), timeoutMs: 30_000 });
  };
  const uplink = createUplink({
    transport: settings.transport === "poll" ? createPollTransport(port, logger) : createStreamTransport(port),
    credential: () => credentials.secret(),
    async credentialRefused() {
      if (credentials.candidate() === null) return false;
      await credentials.promote();
      return true;
    },
    events: createConversation({
      facts: describeHost(identity.hostName, {
        version: binary.version,
        componentsDigest: components?.digest ?? "",
      }),
      reportComponents,
      collectors: () => supervisor.list().map((snapshot) => toCollectorStatus(snapshot, binary.version)),
      runner,
      loads,
      measurement,
      outbox,
      feed,
      spool,
      clock,
      logger,
    }),
    logger,
  });

  const sayGoodbye = async (): Promise<void> => {
    await outbox.settle(1_000);
    const value = create(GoodbyeSchema, {
      reason: "the agent was stopped",
      stoppingCollectors: ground.stopCollectors(),
    });
    const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    await Promise.race([uplink.send({ case: "goodbye", value }), patience]);
    await uplink.stop();
  };

  const nothing = async (): Promise<void> => undefined;
  const stack = createStack();
  stack.add({ start: nothing, stop: () => journal.close() });
  stack.add({ start: nothing, stop: () => spool.close() });
  stack.add({ start: nothing, stop: () => feed.stop() });
  // Dialled last and left last: what the rest says while it stops still gets out.
  stack.add({ start: nothing, stop: sayGoodbye });
  stack.add(logs);
  stack.add(measurement);
  stack.add({
    async start() {
      const { adopted, reaped } = await supervisor.start();
      if (adopted.length + reaped.length > 0) logger.info({ adopted, reaped }, "collectors of before the restart");
      await resumeMeasurement({ supervisor, measurement, logger });
    },
    async stop() {
      // Side by side: the supervisor's end cuts short what the runner would wait for.
      await Promise.all([runner.stop(), supervisor.stop({ stopCollectors: ground.stopCollectors() })]);
    },
  });
  stack.add({ start: () => loads.restore(), stop: () => loads.close() });
  stack.add({
    async start() {
      await reapPrograms(stateDir, logger);
      await runner.resume();
    },
    stop: nothing,
  });
  stack.add({ start: () => uplink.start(), stop: nothing });
  stack.add(createRenewal({ port, credentials, logger }));
  return { stack, uplink };
}
