import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { CollectorFiguresSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Platform1700000000001 } from "../../../migrations/0001-platform.ts";
import { Fleet1700000000002 } from "../../../migrations/0002-fleet.ts";
import { Figures1700000000014 } from "../../../migrations/0014-figures.ts";
import { pruneFigures, readFigures, storeFigures } from "./collector-figures.ts";

after(stopTestDatabases);

type Figures = Exclude<MessageInitShape<typeof CollectorFiguresSchema>, { $typeName: string }>;

const figures = (over: Figures = {}) =>
  create(CollectorFiguresSchema, {
    collectorId: "active",
    inputPointsPerSecond: 100.5,
    outputPointsPerSecond: 40.25,
    activeSeries: 1_200n,
    retentionRatio: 1,
    cpuRatio: 0.02,
    rssBytes: 60_000_000n,
    ...over,
  });

describe("the figures of collectors outside experiments", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Platform1700000000001, Fleet1700000000002, Figures1700000000014] });
    await db.query(`insert into hosts (host_id, host_name) select 'h-' || n, 'web-' || n from generate_series(1, 3) n`);
  });

  afterEach(() => db.close());

  const store = (hosts: Record<string, Figures[]>, agoMs = 1_000) =>
    storeFigures(
      db,
      Object.entries(hosts).map(([hostId, all]) => ({ hostId, figures: all.map(figures), agoMs: () => agoMs })),
    );

  it("are given back as they were stored, by host, what is not known included", async () => {
    const odd = { inputPointsPerSecond: -1, retentionRatio: -1, outputPointsPerSecond: 0, activeSeries: 0n };
    await store({ "h-1": [{}], "h-2": [odd, { collectorId: "second", cpuRatio: 1.5 }] });
    const stored = await readFigures(db, ["h-1", "h-2", "h-3"]);
    expect([...stored.keys()].toSorted()).to.deep.equal(["h-1", "h-2"]);
    expect(stored.get("h-1")).to.have.lengthOf(1);
    expect({ ...stored.get("h-1")?.[0], measureTime: undefined }).to.deep.equal({
      ...figures(),
      measureTime: undefined,
    });
    expect(stored.get("h-2")?.[0]).to.include(odd);
    expect(stored.get("h-2")?.[1]).to.include({ collectorId: "second", cpuRatio: 1.5 });
    const [now] = await db.query<{ now: Date }>("select now()");
    const measured = stored.get("h-1")?.[0]?.measureTime;
    expect(measured && timestampMs(measured)).to.be.below((now?.now.getTime() ?? 0) - 900);
  });

  it("give way to newer ones, and never to older ones", async () => {
    await store({ "h-1": [{ activeSeries: 1n }] }, 5_000);
    await store({ "h-1": [{ activeSeries: 2n }] }, 1_000);
    await store({ "h-1": [{ activeSeries: 3n }] }, 60_000);
    expect((await readFigures(db, ["h-1"])).get("h-1")?.[0]?.activeSeries).to.equal(2n);
  });

  it("of one host cannot cost the others theirs, whatever it says", async () => {
    const nonsense = [
      { collectorId: "a", cpuRatio: Number.NaN },
      { collectorId: "b", outputPointsPerSecond: Number.POSITIVE_INFINITY },
      { collectorId: "c", retentionRatio: 1.5 },
      { collectorId: "d", inputPointsPerSecond: -2 },
      { collectorId: "e", activeSeries: 2n ** 64n - 1n },
    ];
    await store({ "h-1": [...nonsense, {}, { activeSeries: 7n }], "h-2": [{}], gone: [{}] });
    const stored = await readFigures(db, ["h-1", "h-2", "gone"]);
    expect(stored.get("h-1")?.map(({ collectorId, activeSeries }) => [collectorId, activeSeries])).to.deep.equal([
      ["active", 7n],
    ]);
    expect([...stored.keys()].toSorted()).to.deep.equal(["h-1", "h-2"]);
  });

  it("are forgotten with their host, and when they are old", async () => {
    await store({ "h-1": [{}], "h-2": [{}] });
    await store({ "h-3": [{}] }, 7_200_000);
    await db.query("delete from hosts where host_id = 'h-1'");
    await pruneFigures(db, 3_600_000);
    expect([...(await readFigures(db, ["h-1", "h-2", "h-3"])).keys()]).to.deep.equal(["h-2"]);
  });
});
