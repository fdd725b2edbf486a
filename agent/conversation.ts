import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type CollectorStatus,
  HeartbeatSchema,
  HelloSchema,
  type HostFacts,
  ObservationBatchSchema,
  UnfinishedAttemptSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Logger } from "@phoenix/platform/logging";
import type { Measurement } from "./measurement/index.ts";
import { createSelfProbe } from "./probes/index.ts";
import { createFeed, type Feed, type Spool } from "./spool/index.ts";
import type { LoadSimulations, Outbox, TaskRunner } from "./tasks/index.ts";
import type { ControllerClock, ControllerEvent, Uplink, UplinkEvents } from "./uplink/index.ts";

/** The parts of an agent that the conversation with the controller is about. */
export type ConversationParts = {
  facts: HostFacts;
  collectors(): CollectorStatus[];
  runner: TaskRunner;
  loads: LoadSimulations;
  /** Tells the controller what the collector contains. */
  reportComponents(): Promise<void>;
  measurement: Pick<Measurement, "takeFigures">;
  outbox: Outbox;
  feed: Feed;
  spool: Spool;
  clock: ControllerClock;
  logger: Logger;
};

const mostListed = 64;

/** What the agent says on its own, and where what the controller says goes. */
export function createConversation(parts: ConversationParts): UplinkEvents {
  const { runner, outbox, feed, spool, clock, logger } = parts;
  const self = createSelfProbe();
  const attempts = () => runner.workingOn().map((ref) => create(UnfinishedAttemptSchema, ref));

  const hear = (event: ControllerEvent): void => {
    if (event.kind === "assignment") runner.assign(event.assignment);
    else if (event.kind === "cancel") runner.cancel(event.cancel);
    else if (event.kind === "components-wanted") tellComponents();
    else if (event.kind === "time") clock.heard(event.controllerTimeMs);
    else if (event.kind === "refusal") settle(feed.refused(event.batchId));
    else settle(feed.acknowledged(event.batchId));
  };
  const tellComponents = (): void => {
    parts.reportComponents().catch((error: unknown) => {
      logger.warn({ err: error }, "the controller did not take what the collector contains; it asks again");
    });
  };
  const settle = (removal: Promise<void>): void => {
    removal.catch((error: unknown) => {
      // Kept on disk, it is sent once more after the next restart; the benchmark takes it once.
      logger.error({ err: error }, "observations that are done with could not be removed from the spool");
    });
  };

  return {
    hello: (lastSequenceSeen) =>
      create(HelloSchema, {
        facts: parts.facts,
        collectors: parts.collectors().slice(0, mostListed),
        unfinished: attempts(),
        lastSequenceSeen,
        loadSimulations: parts.loads.running().slice(0, mostListed),
      }),
    heartbeat() {
      const { cpuRatio, rssBytes } = self.read();
      return create(HeartbeatSchema, {
        agentTime: timestampFromMs(Date.now()),
        workingOn: attempts(),
        agentCpuRatio: cpuRatio,
        agentRssBytes: BigInt(rssBytes),
        observationsWaiting: spool.waiting(),
        figures: parts.measurement.takeFigures().slice(0, mostListed),
        loads: parts.loads.statuses().slice(0, mostListed),
      });
    },
    working: () => attempts().length > 0 || parts.loads.running().length > 0,
    opened(welcome) {
      outbox.open();
      feed.open(welcome.maxObservationsPerBatch || 256);
    },
    closed(outcome) {
      outbox.shut();
      // A batch that breaks a rule ends every session it is sent in.
      if (outcome.name === "refused" && outcome.field.startsWith("observations")) settle(feed.refused());
      else feed.shut();
    },
    event: hear,
  };
}

/** Creates the feed that sends observations on an uplink. */
export function createObservationFeed(spool: Spool, uplink: () => Uplink, logger: Logger): Feed {
  return createFeed({
    spool,
    logger,
    send: (batch) => uplink().send({ case: "observations", value: create(ObservationBatchSchema, batch) }),
  });
}
