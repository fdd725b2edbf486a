import { expect } from "chai";
import fc from "fast-check";
import type { MeasuredArm, MeasuredWindow } from "../verdict/index.ts";
import { PanelPacker, unpackPanel } from "./index.ts";

const count = fc.nat();
const window: fc.Arbitrary<MeasuredWindow> = fc.record({
  startMs: fc.maxSafeNat(),
  lengthMs: count,
  activeSeries: count,
  dataPoints: count,
  metricNames: count,
  otlpBytes: fc.maxSafeNat(),
  cpuSeconds: fc.double(),
  rssBytes: fc.maxSafeNat(),
  restarts: count,
  up: fc.boolean(),
  complete: fc.boolean(),
  droppedPoints: count,
  rejectedRequests: count,
  configDigest: fc.constantFrom("", "a", "b"),
  clockOffsetMs: fc.integer(),
  sightings: fc.array(
    fc.record({
      expression: fc.constantFrom("^pg$", '"'),
      processName: fc.constantFrom("pg", ","),
      oracleSeen: fc.boolean(),
      reported: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});
const page = fc.record({
  hostId: fc.constantFrom("h1", "h2"),
  variant: fc.constantFrom("baseline", "candidate"),
  windows: fc.array(window, { maxLength: 5 }),
});

describe("a packed panel", () => {
  it("gives back every window as it was, NaN and all, pages of an arm in their order", () => {
    fc.assert(
      fc.property(fc.array(page, { maxLength: 6 }), (pages) => {
        const packer = new PanelPacker();
        const expected = new Map<string, MeasuredArm & { windows: MeasuredWindow[] }>();
        for (const { hostId, variant, windows } of pages) {
          packer.add(hostId, variant, windows);
          const arm = expected.get(`${hostId} ${variant}`) ?? { hostId, variant, windows: [] };
          arm.windows.push(...windows);
          expected.set(`${hostId} ${variant}`, arm);
        }
        const panel = packer.pack();
        expect(unpackPanel(panel)).to.deep.equal([...expected.values()]);
        expect(panel.windows).to.equal(pages.reduce((sum, { windows }) => sum + windows.length, 0));
      }),
    );
  });
});
