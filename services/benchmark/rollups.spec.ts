import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { type BenchmarkReplica, type BenchmarkSite, createBenchmarkSite } from "./testing/benchmark-site.ts";
import { beginMs, createRandom, madeExperiment, madeObservation, minuteMs } from "./testing/made-experiment.ts";

after(stopTestDatabases);

const nowMs = Date.UTC(2026, 10, 20, 22);

describe("what is added up as observations come in", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(60_000);
  let site: BenchmarkSite;
  let replicas: BenchmarkReplica[];

  beforeEach(async () => {
    site = await createBenchmarkSite();
    replicas = [await site.serve(() => nowMs), await site.serve(() => nowMs)];
  });
  afterEach(() => site.close());
  const client = (replica = 0) => (replicas[replica] ?? expect.fail("no such replica")).client;

  /** Everything that was added up, in a form that can be compared. */
  const everySum = async () => {
    const tables = [
      ...["observation_parts", "observation_hours", "observation_quarters", "rolled_hours", "metrics_cache"],
      ...["compared_windows", "contributor_hours", "observed_arms"],
    ];
    const sums = await Promise.all(
      tables.map((table) =>
        site.db.query<{ row: Record<string, unknown> }>(
          `SELECT to_jsonb(${table}) AS row FROM ${table} ${table === "compared_windows" ? "WHERE hosts > 0" : ""}`,
        ),
      ),
    );
    const rounded = sums
      .flat()
      .map(({ row }) =>
        JSON.stringify(row, (_key, value) => (typeof value === "number" ? Number(value.toPrecision(10)) : value)),
      )
      .sort();
    const sketches = await site.db.query("SELECT * FROM series_sketches ORDER BY 1, 2, 3, 4");
    return { rounded, sketches };
  };

  it("comes to the same however observations are cut, ordered, repeated and spread over replicas", async () => {
    const observations = madeExperiment(40, 1);
    await client().recordObservations({ observations });
    const whole = await everySum();
    await site.db.query(
      `TRUNCATE observations, observation_parts, observation_hours, observation_quarters, rolled_hours, metrics_cache, compared_windows,
         series_sketches, observed_arms`,
    );
    const random = createRandom(7);
    const shuffled = observations.map((it) => ({ it, at: random() })).sort((a, b) => a.at - b.at);
    const calls: Promise<{ inserted: number }>[] = [];
    for (let from = 0; from < shuffled.length; from += 20) {
      const part = shuffled.slice(from, from + 30).map(({ it }) => it);
      // Each reaches past the next: repeated, and at the same time by the other replica.
      calls.push(client(calls.length % 2).recordObservations({ observations: part }));
    }
    const inserted = (await Promise.all(calls)).reduce((sum, answer) => sum + answer.inserted, 0);
    expect(inserted).to.equal(observations.length);
    expect(await everySum()).to.deep.equal(whole);
  });

  it("is put back with the transaction that fails", async () => {
    const [one, two] = madeExperiment(2, 3).filter(({ measurement }) => measurement?.complete);
    if (one === undefined || two === undefined) throw new Error("too little was made");
    await client().recordObservations({ observations: [one] });
    const before = await everySum();
    await site.db.query("ALTER TABLE series_sketches ADD CONSTRAINT none CHECK (false) NOT VALID");
    const failed = await client()
      .recordObservations({ observations: [two] })
      .then(
        () => false,
        () => true,
      );
    expect(failed).to.equal(true);
    expect(await everySum()).to.deep.equal(before);
    await site.db.query("ALTER TABLE series_sketches DROP CONSTRAINT none");
    expect(await client().recordObservations({ observations: [one, two] })).to.include({ inserted: 1, duplicates: 1 });
    const [count] = await site.db.query<{ hosts: number }>("SELECT sum(hosts)::integer AS hosts FROM metrics_cache");
    expect(count?.hosts).to.equal(2);
  });

  it("adds an hour up once it is over, and what comes later to it as well", async () => {
    const random = createRandom(3);
    const at = (minute: number, host = 0) =>
      madeObservation(random, host, "baseline", beginMs + minute * minuteMs, new Uint8Array());
    const hours = () =>
      site.db.query<{ hour: Date; windows: number; parts: number }>(
        `SELECT hour_start AS hour, sum(dropped_points + seconds) AS windows,
           (SELECT sum(dropped_points + seconds) FROM observation_parts
            WHERE date_trunc('hour', part_start, 'UTC') = hour_start) AS parts
         FROM observation_hours GROUP BY hour_start ORDER BY hour_start`,
      );
    const starts = async () => (await hours()).map(({ hour }) => hour.toISOString().slice(11, 16));
    await client().recordObservations({ observations: [at(0), at(12), at(13), at(22)] });
    // 10:09 is within ten minutes of the end of the first hour, 10:10 is not.
    expect(await starts()).to.deep.equal([]);
    await client(1).recordObservations({ observations: [at(23)] });
    expect(await starts()).to.deep.equal(["09:00"]);
    await client().recordObservations({ observations: [at(5), at(5, 1), at(24)] });
    await client(1).recordObservations({ observations: [at(5), at(143)] });
    expect(await starts()).to.deep.equal(["09:00", "10:00"]);
    for (const { windows, parts } of await hours()) expect(windows).to.equal(parts);
    const { arms } = await client().calculateKpis({ experimentId: "exp-1" });
    const [stored] = await site.db.query<{ windows: number }>(
      "SELECT count(*)::integer AS windows FROM observations WHERE complete",
    );
    expect(arms[0]?.windows).to.equal(stored?.windows);
  });

  it("does not take an hour for over because one host's clock is ahead", async () => {
    const ahead = madeObservation(() => 0.5, 0, "baseline", nowMs + 120 * minuteMs, new Uint8Array());
    await client().recordObservations({ observations: [ahead] });
    expect(await site.db.query("SELECT rolled_until FROM rolled_hours")).to.deep.equal([
      { rolled_until: new Date(nowMs - 60 * minuteMs) },
    ]);
  });
});
