import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { HostFactsSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { createControllerPort } from "./controller-port/index.ts";
import { createConversation, createObservationFeed } from "./conversation.ts";
import { createScriptedController, eventually } from "./scripted-controller/index.ts";
import { openSpool } from "./spool/index.ts";
import type { LoadSimulations, Outbox, TaskRunner } from "./tasks/index.ts";
import { createControllerClock, createPollTransport, createStreamTransport, createUplink } from "./uplink/index.ts";

/** An observation of one window; one without an arm breaks a rule of the contract. */
const observation = (n: number, variant = "baseline") =>
  create(ObservationSchema, {
    experimentId: "e",
    variant,
    measurement: { windowStart: timestampFromMs(n * 1000), windowSeconds: 1 },
  });

const idle = {
  runner: { workingOn: () => [] } as Partial<TaskRunner> as TaskRunner,
  loads: { running: () => [], statuses: () => [] } as Partial<LoadSimulations> as LoadSimulations,
  measurement: { takeFigures: () => [] },
  outbox: { open: () => undefined, shut: () => undefined } as Partial<Outbox> as Outbox,
};

for (const transport of ["stream", "poll"] as const) {
  describe(`the conversation by ${transport}`, () => {
    it("gives up on an observation that was refused twice, delivers the others, and says so", async () => {
      const lines: string[] = [];
      const logger = createLogger({ name: "test", destination: { write: (line) => void lines.push(line) } });
      const directory = await mkdtemp(join(tmpdir(), "phoenix-conversation-"));
      const controller = await createScriptedController();
      const port = createControllerPort({
        address: controller.address,
        unary: transport === "poll" ? "http1" : "grpc",
      });
      const spool = await openSpool({ directory, logger });
      for (let n = 1; n <= 10; n++) await spool.add([observation(n, n === 3 ? "" : "baseline")]);
      const feed = createObservationFeed(spool, () => uplink, logger);
      const uplink = createUplink({
        transport: transport === "poll" ? createPollTransport(port, logger) : createStreamTransport(port),
        credential: () => "valid",
        logger,
        random: () => 0.01,
        events: createConversation({
          ...idle,
          facts: create(HostFactsSchema, { hostName: "h" }),
          collectors: () => [],
          reportComponents: () => Promise.resolve(),
          feed,
          spool,
          clock: createControllerClock(),
          logger,
        }),
      });
      try {
        await uplink.start();
        await eventually("the spool to be empty", () => spool.waiting() === 0);
        expect([...controller.stored.keys()]).to.have.lengthOf(9);
        expect([spool.refused(), spool.dropped()]).to.deep.equal([1, 1]);
        expect(lines.filter((line) => line.includes("refused these observations twice"))).to.have.lengthOf(1);
        // Refused among others, then alone: by stream each refusal costs a session.
        expect(controller.hellos).to.have.lengthOf(transport === "poll" ? 1 : 3);
      } finally {
        await feed.stop();
        await uplink.stop();
        port.close();
        await spool.close();
        await controller.kill();
        await rm(directory, { recursive: true, force: true });
      }
    });
  });
}
