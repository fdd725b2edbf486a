import { expect } from "chai";
import fc from "fast-check";
import { anytimeInterval } from "./anytime-t.ts";
import type { BlockMeans } from "./block-means.ts";
import { estimateFleetTotal, fleetVariance } from "./fleet-total.ts";
import { estimateTypicalHost } from "./typical-host.ts";

const count = fc.integer({ min: 0, max: 100_000 });
const hosts = (number: number, amount = count) =>
  fc.tuple(
    ...Array.from({ length: number }, (_, index) =>
      fc.record({ hostId: fc.constant(`h${index}`), baseline: amount, candidate: amount }),
    ),
  );
const panel = (amount = count): fc.Arbitrary<BlockMeans[]> =>
  fc.integer({ min: 1, max: 5 }).chain((number) => fc.array(hosts(number, amount), { minLength: 5, maxLength: 12 }));

const map = (blocks: BlockMeans[], change: (host: BlockMeans[number]) => BlockMeans[number]): BlockMeans[] =>
  blocks.map((block) => block.map(change));
const estimators = { "typical host": estimateTypicalHost, "fleet total": estimateFleetTotal };

for (const [name, estimator] of Object.entries(estimators)) {
  const last = (blocks: BlockMeans[]) => estimator(blocks).at(-1) ?? expect.fail("no estimate");

  describe(`the ${name} estimator`, () => {
    it("negates the effect when the arms are swapped", () => {
      fc.assert(
        fc.property(panel(), (blocks) => {
          const swapped = map(blocks, ({ hostId, baseline, candidate }) => ({
            hostId,
            baseline: candidate,
            candidate: baseline,
          }));
          expect(last(swapped).mean).to.be.closeTo(-last(blocks).mean, 1e-9);
        }),
        { numRuns: 60 },
      );
    });

    it("keeps the effect when both arms are scaled", () => {
      const large = fc.integer({ min: 10_000, max: 1_000_000 });
      fc.assert(
        fc.property(panel(large), fc.integer({ min: 2, max: 50 }), (blocks, factor) => {
          const scaled = map(blocks, (host) => ({
            ...host,
            baseline: host.baseline * factor,
            candidate: host.candidate * factor,
          }));
          // The half unit added to each count is at most 0.5/10,000 of it.
          expect(last(scaled).mean).to.be.closeTo(last(blocks).mean, 2e-4);
        }),
        { numRuns: 60 },
      );
    });

    it("does not care in which order hosts come", () => {
      fc.assert(
        fc.property(panel(), (blocks) => {
          const reversed = blocks.map((block) => [...block].reverse());
          expect(last(reversed).mean).to.be.closeTo(last(blocks).mean, 1e-9);
          expect(last(reversed).standardError).to.be.closeTo(last(blocks).standardError, 1e-9);
        }),
        { numRuns: 60 },
      );
    });

    it("narrows when blocks with the same values are added", () => {
      const amount = fc.integer({ min: 1, max: 100_000 });
      const few = fc.array(hosts(2, amount), { minLength: 5, maxLength: 8 });
      fc.assert(
        fc.property(few, (blocks) => {
          const width = (each: BlockMeans[]): number => {
            const { low, high } = anytimeInterval(last(each), 1.3, 0.1);
            return high - low;
          };
          expect(width([...blocks, ...blocks])).to.be.lessThan(width(blocks));
        }),
        { numRuns: 60 },
      );
    });

    it("finds no effect between arms that are the same, with a standard error above zero", () => {
      const blocks = Array.from({ length: 8 }, () => [{ hostId: "h", baseline: 500, candidate: 500 }]);
      expect(last(blocks)).to.deep.include({ mean: 0, standardError: 0.5 / 500, blocks: 8, hosts: 1 });
    });

    it("counts the spread between hosts from three hosts on", () => {
      const spread = (number: number): BlockMeans[] =>
        Array.from({ length: 8 }, () =>
          Array.from({ length: number }, (_, index) => ({
            hostId: `h${index}`,
            baseline: 1000,
            candidate: 500 + 200 * index,
          })),
        );
      expect(last(spread(2)).standardError).to.be.lessThan(0.001);
      expect(last(spread(3)).standardError).to.be.greaterThan(0.05);
    });
  });
}

describe("the two estimators", () => {
  const uneven: BlockMeans[] = [
    [
      { hostId: "large", baseline: 9000, candidate: 900 },
      { hostId: "small", baseline: 1000, candidate: 1000 },
    ],
  ];

  it("weigh hosts alike, or by what they send", () => {
    expect(Math.exp(estimateTypicalHost(uneven)[0]?.mean ?? NaN)).to.be.closeTo(Math.sqrt(0.1), 0.001);
    expect(Math.exp(estimateFleetTotal(uneven)[0]?.mean ?? NaN)).to.be.closeTo(0.19, 0.001);
  });

  it("share the variance between hosts where all hosts send the same", () => {
    const equal = [0.5, 0.6, 0.7].map((ratio) => ({ baseline: 1e6, candidate: ratio * 1e6 }));
    const logs = [0.5, 0.6, 0.7].map(Math.log);
    const overall = Math.log(0.6);
    const expected = (3 / 2) * logs.reduce((sum, log) => sum + (log - overall) ** 2 / 9, 0);
    expect(fleetVariance(equal)).to.be.closeTo(expected, 1e-6);
  });
});
