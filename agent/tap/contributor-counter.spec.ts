import { expect } from "chai";
import fc from "fast-check";
import { createBodyScratch } from "./body-scratch.ts";
import {
  type ContributorLimits,
  createContributorCounter,
  type TapContributor,
  type TapContributors,
} from "./contributor-counter.ts";
import {
  anyRequest,
  decodeContributors,
  type FixtureAttributes,
  type FixtureRequest,
  rewriteForwards,
  scrapeOf,
  writeBackwards,
} from "./fixture/index.ts";
import { createNameMatcher } from "./name-matcher.ts";
import { SeriesSet } from "./series-set.ts";
import { WireError } from "./wire-error.ts";

const nobody = createNameMatcher([]);

/** What the counter says of bodies that come one after the other in one window. */
function count(bodies: readonly Uint8Array[], limits?: ContributorLimits): TapContributors {
  const counter = createContributorCounter(limits);
  const series = new SeriesSet();
  const scratch = createBodyScratch();
  for (const body of bodies) {
    const { points, pointCount } = scratch.read(body, nobody);
    const fresh = Uint8Array.from({ length: pointCount }, (_, n) =>
      Number(series.add(points[2 * n]!, points[2 * n + 1]!)),
    );
    counter.add(body, fresh);
  }
  return counter.read();
}

function expectAsDecoded(bodies: readonly Uint8Array[]): void {
  const decoded = decodeContributors(bodies);
  const { metrics, attributes, caveat } = count(bodies);
  expect(caveat).to.equal("");
  expect(metrics).to.deep.equal(
    mostFirst(decoded.metrics.map((metric) => ({ ...metric, distinctValues: 0 }))).slice(0, 20),
  );
  expect(attributes).to.deep.equal(mostFirst(decoded.attributes).slice(0, 20));
}

function mostFirst(all: TapContributor[]): TapContributor[] {
  return all.toSorted((a, b) => {
    if (a.distinctValues !== b.distinctValues) return b.distinctValues - a.distinctValues;
    if (a.series !== b.series) return b.series - a.series;
    return a.name < b.name ? -1 : 1;
  });
}

/** One metric whose points have these attributes. */
function pointsWith(points: FixtureAttributes[], resource: FixtureAttributes = []): FixtureRequest {
  const metrics = [{ name: "m", kind: "gauge" as const, points }];
  return [{ attributes: resource, scopes: [{ name: "s", version: "", attributes: [], metrics }] }];
}

describe("createContributorCounter", () => {
  it("says of a scrape which metrics and attributes its series come from, as Protobuf-ES does", () => {
    const body = writeBackwards(scrapeOf(150));
    expectAsDecoded([body]);
    const { metrics, attributes } = count([body]);
    expect(metrics.map(({ name, series }) => [name, series])).to.deep.equal([
      ["process.cpu.time", 450],
      ["process.cpu.utilization", 450],
      ["process.disk.io", 300],
      ["process.memory.usage", 150],
      ["process.memory.virtual", 150],
      ["process.threads", 150],
    ]);
    expect(attributes.slice(0, 2)).to.deep.equal([
      { name: "resource.process.pid", series: 1_650, distinctValues: 150 },
      { name: "resource.process.executable.name", series: 1_650, distinctValues: 8 },
    ]);
    expect(attributes).to.deep.include({ name: "state", series: 900, distinctValues: 3 });
  });

  it("counts a series once however often, and in whatever order of fields, it comes in the window", () => {
    const scrape = writeBackwards(scrapeOf(20));
    const more = writeBackwards(scrapeOf(40, true));
    expect(count([scrape, rewriteForwards(scrape), more, scrape])).to.deep.equal(count([more]));
    expectAsDecoded([scrape, rewriteForwards(scrape), more]);
  });

  it("agrees with sets of decoded strings on any requests", () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 1, maxLength: 3 }), (requests) =>
        expectAsDecoded(requests.map((request) => writeBackwards(request))),
      ),
      { seed: 20_260_102, numRuns: 300 },
    );
  });

  it("counts a key that stands twice in one list on one series, with both values", () => {
    const body = writeBackwards(
      pointsWith([
        [
          ["a", "x"],
          ["a", "y"],
        ],
      ]),
    );
    expect(count([body]).attributes).to.deep.equal([{ name: "a", series: 1, distinctValues: 2 }]);
  });

  it("tells the same key on a resource and on a point apart", () => {
    const body = writeBackwards(pointsWith([[["pid", 1]], [["pid", 2]]], [["pid", 1]]));
    expect(count([body]).attributes).to.deep.equal([
      { name: "pid", series: 2, distinctValues: 2 },
      { name: "resource.pid", series: 2, distinctValues: 1 },
    ]);
  });

  it("gives no more than twenty of each, those with the most", () => {
    const many = Array.from({ length: 30 }, (_, n) =>
      Array.from({ length: n + 1 }, (_, value): FixtureAttributes => [[`key-${n}`, value]]),
    );
    const { attributes } = count([writeBackwards(pointsWith(many.flat()))]);
    expect(attributes.map(({ name }) => name)).to.deep.equal(Array.from({ length: 20 }, (_, n) => `key-${29 - n}`));
  });

  it("estimates the values of an attribute when they are too many, and says so", () => {
    const points = Array.from(
      { length: 5_000 },
      (_, value): FixtureAttributes => [
        ["request", `id-${value}`],
        ["state", value % 3],
      ],
    );
    const { attributes, caveat } = count([writeBackwards(pointsWith(points))], { values: 1_000 });
    expect(caveat).to.equal("attribute keys whose values are estimated, to about 1 %: 1");
    expect(attributes[0]).to.include({ name: "request", series: 5_000 });
    expect(attributes[0]!.distinctValues).to.be.closeTo(5_000, 250).and.to.not.equal(1_000);
    expect(attributes[1]).to.deep.equal({ name: "state", series: 5_000, distinctValues: 3 });
  });

  it("leaves out names beyond its limits, counts the others right, and says so", () => {
    const keys = Array.from({ length: 20 }, (_, n): FixtureAttributes => [[`key-${n}`, 1]]);
    const metrics = Array.from({ length: 20 }, (_, n) => ({ name: `m-${n}`, kind: "sum" as const, points: keys }));
    const body = writeBackwards([{ attributes: [], scopes: [{ name: "", version: "", attributes: [], metrics }] }]);
    const counted = count([body], { metrics: 3, attributes: 4 });
    expect(counted.metrics.map(({ series }) => series)).to.deep.equal([20, 20, 20]);
    expect(counted.attributes.map(({ series }) => series)).to.deep.equal([20, 20, 20, 20]);
    expect(counted.caveat).to.equal("metric names beyond 3 are left out; attribute keys beyond 4 are left out");
  });

  it("cuts a name to what the contract carries", () => {
    const body = writeBackwards(pointsWith([], []));
    expect(count([body])).to.deep.equal({ metrics: [], attributes: [], caveat: "" });
    const long = writeBackwards(pointsWith([[]], [["𝛑".repeat(900), 1]]));
    const [attribute] = count([long]).attributes;
    expect([...attribute!.name].length).to.be.at.most(512);
    expect(attribute!.name.isWellFormed()).to.equal(true);
    expect(attribute!.name).to.match(/^resource\.𝛑/u);
  });

  it("reads to its end every damaged body that was counted", () => {
    const body = writeBackwards(scrapeOf(3));
    let counted = 0;
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Uint8Array.from(body);
        damaged[at] = byte;
        const scratch = createBodyScratch();
        try {
          scratch.read(damaged, nobody);
        } catch (error) {
          expect(error).to.be.instanceOf(WireError);
          return; // refused before anything is counted
        }
        counted++;
        count([damaged]);
      }),
      { seed: 20_260_103, numRuns: 2_000 },
    );
    expect(counted).to.be.above(500);
  });
});
