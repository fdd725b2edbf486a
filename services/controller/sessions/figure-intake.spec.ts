import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { HeartbeatSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { until } from "../testing/index.ts";
import { createFigureIntake, type FigureIntake } from "./figure-intake.ts";

const logger = createLogger({ name: "test", level: "silent" });
const spacingMs = 60_000;

describe("the intake of figures", () => {
  let nowMs: number;
  let intake: FigureIntake;
  /** Each statement's parameters: ids of hosts, ids of collectors, how long ago, ..., series. */
  let statements: unknown[][];

  beforeEach(async () => {
    nowMs = 1_000_000;
    statements = [];
    const query = async (_sql: string, parameters: unknown[]) => void statements.push(parameters);
    intake = createFigureIntake({
      db: { query } as unknown as Database,
      logger,
      intervalMs: 1,
      spacingMs,
      now: () => nowMs,
    });
    await intake.start();
  });

  afterEach(() => intake.stop());

  const say = (hostId: string, activeSeries: bigint, measuredAgoMs = 2_000): void => {
    // A host whose clock is a day off.
    const sentMs = Date.now() - 86_400_000;
    const measureTime = timestampFromMs(sentMs - measuredAgoMs);
    intake.take(
      hostId,
      create(HeartbeatSchema, {
        agentTime: timestampFromMs(sentMs),
        figures: [{ collectorId: "active", measureTime, activeSeries }],
      }),
    );
  };
  const stored = (): string[] =>
    statements.flatMap(([hosts, , , , , series]) =>
      (hosts as string[]).map((hostId, index) => `${hostId} ${(series as string[])[index]}`),
    );

  it("stores the first figures of all hosts in one statement, with their age by the host's own clock", async () => {
    intake.take("h-0", create(HeartbeatSchema, {}));
    say("h-1", 1n);
    say("h-2", 2n, 7_000);
    await until("they are stored", () => statements[0]);
    expect(stored()).to.deep.equal(["h-1 1", "h-2 2"]);
    expect(statements).to.have.lengthOf(1);
    expect(statements[0]?.[2]).to.deep.equal([2_000, 7_000]);
  });

  it("stores a host no more often than it may, and then the newest", async () => {
    say("h-1", 1n);
    await until("they are stored", () => statements[0]);
    nowMs += spacingMs - 1;
    say("h-1", 2n);
    say("h-1", 3n);
    say("h-2", 9n);
    await until("another host's are stored", () => statements[1]);
    expect(stored()).to.deep.equal(["h-1 1", "h-2 9"]);
    nowMs += 1;
    await until("they are stored too", () => statements[2]);
    expect(stored()).to.deep.equal(["h-1 1", "h-2 9", "h-1 3"]);
    expect(statements[2]?.[2]).to.deep.equal([2_001]);
  });

  it("never dates figures in the future, nor before what is kept", async () => {
    say("h-1", 1n, -5_000);
    say("h-2", 2n, 9e9);
    await until("they are stored", () => statements[0]);
    expect(statements[0]?.[2]).to.deep.equal([0, 3_600_000]);
  });
});
