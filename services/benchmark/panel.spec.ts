import { toBinary } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { GetPanelResponseSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { ErrorReason } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite, refusalOf } from "./testing/benchmark-site.ts";
import { plainObservation, tenMs } from "./testing/plain-observation.ts";

after(stopTestDatabases);

describe("the benchmark service, of the windows it has,", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let site: BenchmarkSite;
  let replica: BenchmarkReplica;

  beforeEach(async () => {
    site = await createBenchmarkSite();
    replica = await site.serve(() => tenMs);
  });
  afterEach(() => site.close());

  const record = (...observations: Observation[]) => replica.client.recordObservations({ observations });
  const panel = (startMs?: number) =>
    replica.client.getPanel({
      experimentId: "exp-1",
      ...(startMs === undefined ? {} : { startTime: timestampFromMs(startMs) }),
    });

  it("gives the panel by host and arm, in time order, from a time on", async () => {
    await record(
      plainObservation({ hostId: "h2", index: 1 }),
      plainObservation({ variant: "candidate", index: 1 }),
      plainObservation({ variant: "candidate" }),
      plainObservation({ index: 2 }),
    );
    const { arms } = await panel();
    expect(arms.map(({ hostId, variant }) => [hostId, variant])).to.deep.equal([
      ["h1", "baseline"],
      ["h1", "candidate"],
      ["h2", "baseline"],
    ]);
    expect(arms[1]?.windows.map((window) => window.windowStart && timestampMs(window.windowStart))).to.deep.equal([
      tenMs,
      tenMs + 5000,
    ]);
    expect((await panel(tenMs + 10_000)).arms).to.have.length(1);
    expect((await replica.client.getPanel({ experimentId: "exp-2" })).arms).to.deep.equal([]);
  });

  it("gives a long panel in answers that fit a message, losing nothing between them", async () => {
    const mustKeep = Array.from({ length: 60 }, (_, index) => ({
      expression: `^some-long-process-name-${index}$`,
      processName: `some-long-process-name-${index}`,
      oracleSeen: true,
      reported: true,
    }));
    const total = 1500;
    for (let from = 0; from < total; from += 250) {
      const batch = Array.from({ length: 250 }, (_, index) =>
        ["h1", "h2"].map((hostId) => plainObservation({ hostId, index: from + index }, { mustKeep })),
      ).flat();
      await record(...batch.slice(0, 250));
      await record(...batch.slice(250));
    }
    const seen: string[] = [];
    let answers = 0;
    for (let pageToken = ""; ; ) {
      const answer = await replica.client.getPanel({ experimentId: "exp-1", pageToken });
      expect(toBinary(GetPanelResponseSchema, answer).length).to.be.lessThan(4 * 1024 * 1024);
      answers += 1;
      for (const { hostId, windows } of answer.arms) {
        for (const { windowStart } of windows) seen.push(`${hostId} ${windowStart?.seconds}`);
      }
      pageToken = answer.nextPageToken;
      if (pageToken === "") break;
    }
    expect(answers).to.be.greaterThan(1);
    expect(seen).to.have.length(2 * total);
    expect(new Set(seen).size).to.equal(2 * total);
  });

  it("gives the panel in pages of the size asked for, which may end between the hosts of a moment", async () => {
    await record(
      ...["h1", "h2", "h3"].flatMap((hostId) => [plainObservation({ hostId }), plainObservation({ hostId, index: 1 })]),
    );
    const pages: string[][] = [];
    for (let pageToken = ""; ; ) {
      const answer = await replica.client.getPanel({ experimentId: "exp-1", pageSize: 4, pageToken });
      pages.push(answer.arms.flatMap(({ hostId, windows }) => windows.map(() => hostId)));
      pageToken = answer.nextPageToken;
      if (pageToken === "") break;
    }
    expect(pages).to.deep.equal([
      ["h1", "h1", "h2", "h3"],
      ["h2", "h3"],
    ]);
    const later = { experimentId: "exp-1", pageSize: 3, startTime: timestampFromMs(tenMs + 5000) };
    expect((await replica.client.getPanel(later)).nextPageToken).to.equal("");
  });

  it("refuses a page token that it did not give out", async () => {
    const { nextPageToken: ofBooks } = await replica.client.listPriceBooks({ pageSize: 1 });
    const encoded = (text: string) => Buffer.from(text).toString("base64url");
    for (const pageToken of ["x", ofBooks, encoded("panel\0soon\0h1\0baseline"), encoded(`panel\0${"9".repeat(15)}`)]) {
      const error = await refusalOf(replica.client.getPanel({ experimentId: "exp-1", pageToken }));
      expect(error.reason, pageToken).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
    }
  });
});
