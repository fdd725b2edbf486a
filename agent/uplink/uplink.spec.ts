import { create } from "@bufbuild/protobuf";
import { HeartbeatSchema, HelloSchema, type Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction, TaskUpdateSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { type ControllerPort, createControllerPort } from "../controller-port/index.ts";
import {
  createHttp1Proxy,
  createScriptedController,
  eventually,
  type Http1Proxy,
  type ScriptedController,
} from "../scripted-controller/index.ts";
import {
  type ControllerEvent,
  createPollTransport,
  createStreamTransport,
  createUplink,
  type Outcome,
  type Uplink,
  type UplinkTransport,
} from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });

for (const way of ["stream", "poll", "poll through a proxy that knows HTTP/1.1 alone"] as const) {
  const kind = way === "stream" ? "stream" : "poll";
  describe(`the uplink by ${way}`, () => {
    let proxy: Http1Proxy | undefined;
    let controller: ScriptedController;
    let port: ControllerPort;
    let uplink: Uplink;
    let welcomes: Welcome[];
    let endings: Outcome[];
    let events: ControllerEvent[];
    let credential: string;
    let working: boolean;

    const create_ = (transport: UplinkTransport): Uplink =>
      createUplink({
        transport,
        credential: () => credential,
        logger,
        // The longest jitter there is would only make the tests slow.
        random: () => 0.01,
        events: {
          hello: (lastSequenceSeen) => create(HelloSchema, { facts: { hostName: "h" }, lastSequenceSeen }),
          heartbeat: () => create(HeartbeatSchema, { observationsWaiting: 7 }),
          working: () => working,
          opened: (welcome) => welcomes.push(welcome),
          closed: (outcome) => endings.push(outcome),
          event: (event) => events.push(event),
        },
      });
    const transport = (): UplinkTransport =>
      kind === "stream" ? createStreamTransport(port, { welcomeTimeoutMs: 300 }) : createPollTransport(port, logger);
    const assignment = (attempt: number) => ({
      taskId: "t",
      attempt,
      leaseToken: 1n,
      action: TaskAction.STOP,
      subject: { case: "collector" as const, value: { collectorId: "c" } },
    });

    beforeEach(async () => {
      [welcomes, endings, events, credential, working] = [[], [], [], "valid", false];
      controller = await createScriptedController();
      proxy = way === "stream" || way === "poll" ? undefined : await createHttp1Proxy(() => controller.address);
      const address = proxy?.address ?? controller.address;
      port = createControllerPort({ address, unary: kind === "poll" ? "http1" : "grpc" });
      uplink = create_(transport());
    });
    afterEach(async () => {
      await uplink.stop();
      port.close();
      await proxy?.close();
      await controller.kill();
    });

    it("says hello after the Welcome, then signs of life", async () => {
      await uplink.start();
      await eventually("heartbeats", () => controller.heartbeats.length >= 2);
      expect(controller.hellos[0]?.facts?.hostName).to.equal("h");
      expect(welcomes[0]?.session).to.equal(1n);
      expect(events.some((event) => event.kind === "time")).to.equal(true);
      if (kind === "stream") {
        expect(controller.sequences.slice(0, 3)).to.deep.equal([1n, 2n, 3n]);
      }
    });

    it("is heard more often while it works", async () => {
      controller.heartbeatIntervalMs = 3_600_000;
      await uplink.start();
      await eventually("the session", () => welcomes.length > 0);
      expect(controller.heartbeats).to.have.lengthOf(0);
      working = true;
      await eventually("heartbeats", () => controller.heartbeats.length >= 2);
    });

    it("hands on what the controller says and carries reports back", async () => {
      await uplink.start();
      await eventually("the session", () => welcomes.length > 0);
      controller.assign(assignment(1));
      controller.cancel({ taskId: "t", reason: "enough" });
      await eventually("both", () => events.filter((event) => event.kind !== "time").length >= 2);
      expect(events.map((event) => event.kind)).to.include.members(["assignment", "cancel"]);
      const value = create(TaskUpdateSchema, { taskId: "t", attempt: 1, state: AttemptState.COMPLETED });
      expect(await uplink.send({ case: "taskUpdate", value })).to.equal(true);
      await eventually("the report", () => controller.updates.some((update) => update.taskId === "t"));
    });

    it("answers with a fresh Hello when the controller asks for it", async () => {
      await uplink.start();
      await eventually("the session", () => welcomes.length > 0);
      controller.requestFullState();
      await eventually("a second hello", () => controller.hellos.length === 2);
      // The session goes on.
      controller.assign(assignment(2));
      await eventually("work", () => events.some((event) => event.kind === "assignment"));
    });

    it("comes back after the controller was killed, however long that takes", async () => {
      await uplink.start();
      await eventually("the session", () => welcomes.length === 1);
      await controller.kill();
      await eventually("the end", () => endings.length === 1);
      expect(["retryable", "served"]).to.include(endings[0]?.name);
      const value = create(HeartbeatSchema);
      expect(await uplink.send({ case: "heartbeat", value })).to.equal(false);
      await controller.start();
      await eventually("a new session", () => welcomes.length === 2);
      controller.assign(assignment(3));
      await eventually("work", () => events.some((event) => event.kind === "assignment"));
    });

    it("waits for a controller that is away at its start", async () => {
      await controller.kill();
      await uplink.start();
      await controller.start();
      await eventually("the session", () => welcomes.length === 1);
    });

    it("gives up when its credential is refused, and says to enrol again", async () => {
      credential = "revoked";
      await uplink.start();
      const error = await uplink.done.then(
        () => undefined,
        (caught: Error) => caught,
      );
      expect(error?.message).to.match(/enrol/i);
    });

    it("tries again when the credential was renewed while the old one ended", async () => {
      credential = "old";
      const asked: string[] = [];
      const renewing = createUplink({
        transport: transport(),
        credential: () => {
          asked.push(credential);
          const now = credential;
          credential = "valid";
          return now;
        },
        logger,
        events: {
          hello: () => create(HelloSchema, { facts: { hostName: "h" } }),
          heartbeat: () => create(HeartbeatSchema),
          working: () => false,
          opened: (welcome) => welcomes.push(welcome),
          closed: () => undefined,
          event: () => undefined,
        },
      });
      await renewing.start();
      await eventually("the session", () => welcomes.length === 1);
      expect(asked.slice(0, 1)).to.deep.equal(["old"]);
      await renewing.stop();
    });

    it("stops with the session ended in order, and once", async () => {
      await uplink.start();
      await eventually("the session", () => welcomes.length === 1);
      await Promise.all([uplink.stop(), uplink.stop()]);
      await uplink.done;
      expect(endings.map((ending) => ending.name)).to.deep.equal(["left"]);
    });

    if (kind === "stream") {
      it("does not wait for ever for a Welcome", async () => {
        controller.welcoming = false;
        await uplink.start();
        setTimeout(() => {
          controller.welcoming = true;
        }, 100);
        await eventually("the second try", () => welcomes.length === 1);
      });

      it("goes away when drained and is back, not before it may be", async () => {
        await uplink.start();
        await eventually("the session", () => welcomes.length === 1);
        const asked = performance.now();
        controller.drain(300);
        await eventually("the next session", () => welcomes.length === 2);
        expect(endings[0]?.name).to.equal("drained");
        expect(performance.now() - asked).to.be.at.least(300);
        const hello = await eventually("the next hello", () => controller.hellos[1]);
        expect(hello.lastSequenceSeen).to.equal(2n);
      });

      it("comes back when the controller ends the stream in order", async () => {
        await uplink.start();
        await eventually("the session", () => welcomes.length === 1);
        controller.endStream();
        await eventually("the next session", () => welcomes.length === 2);
        expect(endings[0]?.name).to.equal("served");
      });
    } else {
      it("lets a report go that is stale in two sessions, and nothing else", async () => {
        await uplink.start();
        await eventually("the session", () => welcomes.length === 1);
        controller.staleTasks.add("stale");
        const report = (taskId: string) => {
          const value = create(TaskUpdateSchema, { taskId, attempt: 1, state: AttemptState.COMPLETED });
          return uplink.send({ case: "taskUpdate", value });
        };
        // It may be the session that is stale: a new one is opened.
        expect(await report("stale")).to.equal(false);
        await eventually("a new session", () => welcomes.length === 2);
        expect([await report("stale"), await report("fresh")]).to.deep.equal([true, true]);
        expect(controller.updates.map((update) => update.taskId)).to.deep.equal(["fresh"]);
      });
    }
  });
}
