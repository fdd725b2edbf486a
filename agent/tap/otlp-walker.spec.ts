import { expect } from "chai";
import fc from "fast-check";
import {
  anyRequest,
  decodeIdentities,
  type FixtureAttributes,
  type FixtureRequest,
  rewriteForwards,
  scrapeOf,
  writeBackwards,
} from "./fixture/index.ts";
import { walkMetrics } from "./otlp-walker.ts";
import { WireError } from "./wire-error.ts";

interface Walked {
  points: string[];
  metricNames: Set<string>;
  processNames: string[];
}

function walk(body: Uint8Array): Walked {
  const walked: Walked = { points: [], metricNames: new Set(), processNames: [] };
  walkMetrics(body, {
    point: (lane1, lane2) => walked.points.push(`${lane1}:${lane2}`),
    metricName: (lane1, lane2) => walked.metricNames.add(`${lane1}:${lane2}`),
    processName: (_1, _2, bytes, from, end) =>
      walked.processNames.push(new TextDecoder().decode(bytes.subarray(from, end))),
  });
  return walked;
}

/** Each identity by Protobuf-ES has one hash, and each hash one identity. */
function expectOneToOne(body: Uint8Array): void {
  const decoded = decodeIdentities(body);
  const walked = walk(body);
  expect(walked.points.length).to.equal(decoded.points.length);
  expect(walked.metricNames.size).to.equal(decoded.metricNames.size);
  const hashOf = new Map<string, string>();
  const identityOf = new Map<string, string>();
  decoded.points.forEach((identity, index) => {
    const hash = walked.points[index]!;
    expect(hashOf.get(identity) ?? hash, `another hash for ${identity}`).to.equal(hash);
    expect(identityOf.get(hash) ?? identity, `one hash for two identities`).to.equal(identity);
    hashOf.set(identity, hash);
    identityOf.set(hash, identity);
  });
}

const oneOfEach: FixtureRequest = [
  {
    attributes: [
      ["process.executable.name", "payment-api"],
      ["host.name", "ä-host"],
    ],
    scopes: [
      {
        name: "scope",
        version: "1.0",
        attributes: [["short", true]],
        metrics: (["gauge", "sum", "histogram", "exponentialHistogram", "summary"] as const).map((kind) => ({
          name: `metric.${kind}`,
          kind,
          points: [[["direction", "read"]], [["direction", "write"]], []],
        })),
      },
    ],
  },
];

describe("walkMetrics", () => {
  it("gives each series of a scrape its own identity, one to one with Protobuf-ES", () => {
    const body = writeBackwards(scrapeOf(150));
    expectOneToOne(body);
    const { points } = walk(body);
    expect(points.length).to.equal(150 * 11);
    expect(new Set(points).size).to.equal(150 * 11);
  });

  it("agrees with Protobuf-ES on all five kinds of data", () => {
    const body = writeBackwards(oneOfEach);
    expectOneToOne(body);
    expect(walk(body).points.length).to.equal(15);
  });

  it("agrees with Protobuf-ES on any request", () => {
    fc.assert(
      fc.property(anyRequest, (request) => expectOneToOne(writeBackwards(request))),
      { seed: 20_260_101, numRuns: 300 },
    );
  });

  it("gives a series the same identity whatever the order of fields and attributes", () => {
    const backwards = walk(writeBackwards(scrapeOf(40)));
    const forwards = walk(rewriteForwards(writeBackwards(scrapeOf(40))));
    const shuffled = walk(writeBackwards(scrapeOf(40, true)));
    expect(forwards.points).to.deep.equal(backwards.points);
    expect(shuffled.points).to.deep.equal(backwards.points);
  });

  it("tells the same attribute on a resource, a scope and a point apart", () => {
    const at = (where: "resource" | "scope" | "point"): string => {
      const here = (place: string): FixtureAttributes => (place === where ? [["a", "b"]] : []);
      const request: FixtureRequest = [
        {
          attributes: here("resource"),
          scopes: [
            {
              name: "s",
              version: "",
              attributes: here("scope"),
              metrics: [{ name: "m", kind: "gauge", points: [here("point")] }],
            },
          ],
        },
      ];
      return walk(writeBackwards(request)).points[0]!;
    };
    expect(new Set([at("resource"), at("scope"), at("point")]).size).to.equal(3);
  });

  it("does not count time stamps and values as identity", () => {
    const before = walk(writeBackwards(scrapeOf(5), 10n ** 18n));
    const after = walk(writeBackwards(scrapeOf(5), 2n * 10n ** 18n));
    expect(after.points).to.deep.equal(before.points);
  });

  it("names a process that has points, from the resource or from the point, and no other", () => {
    const metric = (points: FixtureAttributes[]) => [
      { name: "s", version: "", attributes: [], metrics: [{ name: "m", kind: "gauge" as const, points }] },
    ];
    const name = (text: string | number): FixtureAttributes => [["process.executable.name", text]];
    const body = writeBackwards([
      { attributes: name("nginx"), scopes: metric([[], []]) },
      { attributes: name("without-points"), scopes: metric([]) },
      { attributes: name("without-scopes"), scopes: [] },
      { attributes: name(""), scopes: metric([[]]) },
      { attributes: name(7), scopes: metric([[]]) },
      { attributes: [["process.executable.path", "/bin/sh"]], scopes: metric([[], name("cron")]) },
    ]);
    expect(walk(body).processNames).to.have.members(["nginx", "cron"]);
  });

  it("takes an empty body as an empty request", () => {
    expect(walk(new Uint8Array()).points).to.deep.equal([]);
  });

  it("refuses a body cut anywhere within a resource", () => {
    const body = writeBackwards(oneOfEach);
    for (let length = 1; length < body.length; length++) {
      expect(() => walk(body.subarray(0, length)), `cut at ${length}`).to.throw(WireError);
    }
  });

  it("refuses what protobuf cannot be", () => {
    const refused: [string, number[]][] = [
      ["a number without end", new Array<number>(11).fill(0xff)],
      ["field number 0", [0x02, 0x00]],
      ["a field number over 29 bits", [0xfa, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00]],
      ["a group", [0x0b, 0x0c]],
      ["a length past the end", [0x0a, 0x05, 0x00]],
      ["a length near 2^64", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
      ["a cut fixed64", [0x09, 0, 0, 0]],
      ["a cut fixed32", [0x0d, 0, 0]],
      ["two resources in one", [0x0a, 0x04, 0x0a, 0x00, 0x0a, 0x00]],
      ["a metric with two kinds of data", [0x0a, 0x08, 0x12, 0x06, 0x12, 0x04, 0x2a, 0x00, 0x3a, 0x00]],
    ];
    for (const [title, bytes] of refused) {
      expect(() => walk(Uint8Array.from(bytes)), title).to.throw(WireError);
    }
  });

  it("skips fields it does not know, of every wire type", () => {
    const unknown = [0x78, 0x01, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 0x02, 9, 9, 0x7d, 1, 2, 3, 4];
    const body = writeBackwards(oneOfEach);
    expect(walk(Uint8Array.from([...unknown, ...body])).points).to.deep.equal(walk(body).points);
  });

  it("throws nothing but WireError on damaged bodies, and counts as Protobuf-ES does where both read them", () => {
    const body = writeBackwards([...oneOfEach, ...scrapeOf(2)]);
    let state = 0x2545f491;
    const random = (below: number): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    let refused = 0;
    let read = 0;
    let compared = 0;
    for (let round = 0; round < 4_000; round++) {
      const damaged = Array.from(body);
      for (let hits = 1 + random(3); hits > 0; hits--) {
        const at = random(damaged.length);
        const kind = random(3);
        if (kind === 0) damaged[at] = random(256);
        else if (kind === 1) damaged.splice(at, 1 + random(4));
        else damaged.splice(at, 0, random(256));
      }
      const bytes = Uint8Array.from(damaged);
      let walked: Walked;
      try {
        walked = walk(bytes);
      } catch (error) {
        expect(error, `round ${round}`).to.be.instanceOf(WireError);
        refused++;
        continue;
      }
      read++;
      let decoded: string[];
      try {
        decoded = decodeIdentities(bytes).points;
      } catch {
        // Damage in what the walker skips over, such as a value: Protobuf-ES reads more of the body.
        continue;
      }
      compared++;
      expect(walked.points.length, `round ${round}`).to.equal(decoded.length);
    }
    expect(refused).to.be.above(1_000);
    expect(read).to.be.above(100);
    expect(compared).to.be.above(100);
  });
});
