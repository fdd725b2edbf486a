import { expect } from "chai";
import { scrapeOf, writeBackwards } from "../../../agent/tap/fixture/index.ts";
import { walkMetrics } from "../../../agent/tap/otlp-walker.ts";
import { WireError } from "../../../agent/tap/wire-error.ts";
import { fuzz } from "./fuzz.ts";

describe("OTLP bodies of any content", function () {
  this.timeout(10_000);

  it("are walked or refused with WireError, and every name is inside the body", async () => {
    let refused = 0;
    const count = await fuzz({
      corpus: [1, 2, 5].map((processes) => writeBackwards(scrapeOf(processes))),
      take(input) {
        try {
          walkMetrics(input, {
            point: (lane1, lane2) => expect(Number.isInteger(lane1) && Number.isInteger(lane2)).to.equal(true),
            metricName: () => undefined,
            processName(_1, _2, bytes, from, end) {
              expect(from).to.be.at.least(0);
              expect(end).to.be.within(from, bytes.length);
            },
          });
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          refused += 1;
        }
      },
    });
    expect(count).to.be.greaterThan(500);
    expect(refused).to.be.within(100, count - 10);
  });
});
