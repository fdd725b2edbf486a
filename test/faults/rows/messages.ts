import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AttemptState } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { expect } from "chai";
import { connectAgent, type ScriptedAgent as Stream } from "../../../services/controller/testing/index.ts";
import { eventually } from "../../harness/eventually.ts";
import type { FaultGroup, FaultRow } from "../fault-row.ts";
import type { FaultSite } from "../site.ts";
import { storedTasks } from "./controllers.ts";
import { timeDispatch } from "./databases.ts";

const stateNames: Partial<Record<AttemptState, string>> = {
  [AttemptState.RUNNING]: "running",
  [AttemptState.FAILED]: "failed",
  [AttemptState.COMPLETED]: "completed",
};

type Host = { hostId: string; credential: string; hostName: string };

/** A host with an open, introduced stream that does only what the row says; recorded like any other. */
async function openStream(site: FaultSite, hostName: string): Promise<{ stream: Stream; session: bigint } & Host> {
  const { hostId, credential } = await site.enroll(hostName);
  const stream = connectAgent(site.replicas[0]?.proxy.port ?? 0, credential, hostName);
  const { session } = await stream.next("welcome");
  site.history.record({ kind: "session-opened", hostId, session });
  stream.hello();
  return { stream, session, hostId, credential, hostName };
}

const repeatedReports: FaultRow = {
  name: "duplicated, reordered and late reports",
  async run(site) {
    const { history } = site;
    const { stream, session, hostId } = await openStream(site, "repeats");
    let reports = 0;
    const take = async () => {
      const assignment = await stream.next("taskAssignment");
      const { taskId, attempt, leaseToken } = assignment;
      history.record({ kind: "assigned", hostId, session, taskId, attempt, leaseToken });
      return assignment;
    };
    const say = (assignment: Awaited<ReturnType<typeof take>>, state: AttemptState): void => {
      const reportId = `repeats.${++reports}`;
      const { taskId, attempt, leaseToken } = assignment;
      const name = stateNames[state] ?? "another";
      history.record({ kind: "report-sent", reportId, hostId, session, taskId, attempt, leaseToken, state: name });
      stream.report(assignment, state, { message: `report ${reportId}`, retryable: true });
    };
    const taskId = await site.enqueue(hostId);
    const one = await take();
    say(one, AttemptState.RUNNING);
    say(one, AttemptState.FAILED);
    say(one, AttemptState.FAILED);
    // A word of before its own end, as a network or a retry may bring it.
    say(one, AttemptState.RUNNING);
    const two = await take();
    expect(two.attempt).to.equal(2);
    say(two, AttemptState.RUNNING);
    say(one, AttemptState.COMPLETED);
    say(one, AttemptState.FAILED);
    say(two, AttemptState.COMPLETED);
    say(two, AttemptState.COMPLETED);
    say(two, AttemptState.FAILED);
    say(one, AttemptState.COMPLETED);
    await site.settle();
    // The words of one stream are handled in order: once this task is given, all those before it are through.
    const next = await site.enqueue(hostId, { subjectName: "next" });
    const three = await take();
    say(three, AttemptState.COMPLETED);
    await site.settle();
    const tries = await site.db.query(
      "SELECT attempt, outcome FROM agent_task_attempts WHERE task_id = $1 ORDER BY 1",
      [taskId],
    );
    expect(tries).to.deep.equal([
      { attempt: 1, outcome: "failed" },
      { attempt: 2, outcome: "completed" },
    ]);
    expect((await storedTasks(site, [next]))[0]?.state).to.equal("completed");
    expect(stream.ended).to.equal(undefined);
    stream.kill();
    return `${reports} reports, 3 of them counted`;
  },
};

const replayedObservations: FaultRow = {
  name: "observations sent again after they were acknowledged",
  async run(site) {
    const agent = await site.addAgent("replays");
    for (let n = 1; n <= 40; n++) agent.observe(n);
    await site.settle();
    for (let round = 0; round < 3; round++) {
      agent.replayAcknowledged();
      agent.observe(100 + round);
      await site.settle();
    }
    return "43 observations, 120 repetitions: each counts once";
  },
};

const corruptSketch: FaultRow = {
  name: "corrupt sketch",
  async run(site) {
    const { stream, hostId } = await openStream(site, "sketches");
    const startMs = Math.floor(Date.now() / 1000) * 1000 - 7_200_000;
    const sketches = [randomBytes(16_384), randomBytes(3), Buffer.alloc(32_768, 0xff)];
    const observations = sketches.map((seriesSketch, n) => ({
      experimentId: "sketches",
      variant: "baseline",
      measurement: {
        windowStart: timestampFromMs(startMs + n * 1000),
        windowSeconds: 1,
        activeSeries: 100n,
        complete: true,
      },
      seriesSketch,
    }));
    stream.say({ case: "observations", value: { batchId: 1n, observations } });
    expect((await stream.next("observationAck")).batchId).to.equal(1n);
    const { client } = site.replicas[0] ?? {};
    const panel = await client?.benchmark.getPanel({ experimentId: "sketches" });
    const windows = panel?.arms.find((arm) => arm.hostId === hostId)?.windows ?? [];
    expect(windows.map(({ activeSeries }) => activeSeries)).to.deep.equal([100n, 100n, 100n]);
    const kpis = await client?.benchmark.calculateKpis({ experimentId: "sketches" });
    expect(kpis).to.not.equal(undefined);
    stream.kill();
    return "3 windows stored without their sketches, and none merged";
  },
};

const anotherHost: FaultRow = {
  name: "another host's identity",
  async run(site) {
    const victim = await site.addAgent("victim", { effectMs: 1_500 });
    const { stream, hostId } = await openStream(site, "impostor");
    const taskId = await site.enqueue(victim.hostId);
    const assignment = await eventually("the victim's task", () => victim.given[0]);
    stream.report(assignment, AttemptState.COMPLETED, { message: "report forged" });
    stream.say({
      case: "observations",
      value: {
        batchId: 1n,
        observations: [
          {
            experimentId: "forged",
            hostId: victim.hostId,
            variant: "baseline",
            measurement: { windowStart: timestampFromMs(Math.floor(Date.now() / 1000) * 1000), windowSeconds: 1 },
          },
        ],
      },
    });
    await stream.next("observationAck");
    await site.settle();
    const [row] = await site.db.query<{ message: string }>("SELECT message FROM agent_tasks WHERE task_id = $1", [
      taskId,
    ]);
    expect(row?.message).to.match(/^report victim\./);
    const panel = await site.replicas[0]?.client.benchmark.getPanel({ experimentId: "forged" });
    expect(panel?.arms.map((arm) => arm.hostId)).to.deep.equal([hostId]);
    stream.kill();
    const stranger = connectAgent(site.replicas[0]?.proxy.port ?? 0, "not-a-credential-of-anybody", "victim");
    expect((await stranger.end()).code).to.equal(16);
    return "the report changed nothing, the observation counts for who sent it, a made-up credential is refused";
  },
};

/** Sends a gRPC message of any bytes as the body of Connect, and gives the status that comes back. */
async function sayBytes(port: number, credential: string, body: Buffer): Promise<string> {
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  // Told by the stream as well.
  client.on("error", () => undefined);
  try {
    const call = client.request({
      ":method": "POST",
      ":path": "/phoenix.agent.v1.AgentService/Connect",
      "content-type": "application/grpc",
      te: "trailers",
      authorization: `Bearer ${credential}`,
    });
    call.on("error", () => undefined);
    let status = "";
    call.on("response", (headers) => {
      status = String(headers["grpc-status"] ?? status);
    });
    call.on("trailers", (headers) => {
      status = String(headers["grpc-status"] ?? status);
    });
    call.resume();
    call.write(body);
    return await eventually("a status", () => status || undefined, 15_000);
  } finally {
    client.destroy();
  }
}

const frame = (message: Buffer, length = message.length): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
};

const hostileFrames: FaultRow = {
  name: "hostile frames",
  async run(site) {
    const [controller] = site.replicas;
    if (controller === undefined) throw new Error("the site has no controller");
    const innocent = await site.addAgent("innocent");
    const sessions = innocent.sessions;
    const pid = controller.pid();
    const { credential } = await site.enroll("hostile");
    const statuses = {
      garbage: await sayBytes(controller.agentPort, credential, frame(randomBytes(300))),
      "a group without end": await sayBytes(controller.agentPort, credential, frame(Buffer.alloc(300, 0x0b))),
      "a message of 5 MiB": await sayBytes(controller.agentPort, credential, frame(Buffer.alloc(5 << 20))),
      "a length of 4 GiB": await sayBytes(controller.agentPort, credential, frame(Buffer.alloc(10), 0xffff_ffff)),
      "an empty message": await sayBytes(controller.agentPort, credential, frame(Buffer.alloc(0))),
    };
    for (const [what, status] of Object.entries(statuses)) expect(status, what).to.match(/^(3|8|12|13)$/);
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (const bytes of [Buffer.alloc(1_000, 0xfe), Buffer.concat([preface, Buffer.alloc(200, 0xff)])]) {
      const socket = connect(controller.agentPort, "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.write(bytes);
      socket.resume();
      await eventually("the server to hang up", () => socket.destroyed || socket.readableEnded || undefined, 15_000);
      socket.destroy();
    }
    const { stream } = await openStream(site, "out-of-order");
    stream.sayNumbered(9n, { case: "heartbeat", value: {} });
    expect((await stream.end()).code).to.equal(3);
    const dispatchMs = await timeDispatch(site, innocent, "innocent");
    await site.settle();
    expect(controller.pid(), "the process").to.equal(pid);
    expect(innocent.sessions, "sessions of an innocent agent").to.equal(sessions);
    return `${JSON.stringify(statuses)}; an innocent agent kept its stream and had a task in ${dispatchMs.toFixed(0)} ms`;
  },
};

/** What comes twice, late, damaged or from somebody else. */
export const messageFaults: FaultGroup = {
  name: "messages",
  replicas: 1,
  rows: [repeatedReports, replayedObservations, corruptSketch, anotherHost, hostileFrames],
};
