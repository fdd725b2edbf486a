import { HyperLogLog } from "@phoenix/platform/sketch";
import { expect } from "chai";
import { distinctSeries, minuteMs } from "../testing/made-experiment.ts";
import { blockOf } from "../testing/priced-usage.ts";
import { countSpans, leaveSpansOut } from "./count-spans.ts";

describe("counting series over a vendor's span", () => {
  it("takes unions within spans, and drops a trailing partial one", () => {
    // 25 minutes; the series of each minute overlap by half.
    const moving = Array.from({ length: 25 }, (_, index) =>
      blockOf(index, { series: distinctSeries(index * 500, index * 500 + 1000) }),
    );
    const [count, ...rest] = countSpans(moving, 20 * minuteMs)();
    expect(rest).to.deep.equal([]);
    expect((count ?? 0) / 10_500).to.be.closeTo(1, 0.03);
  });

  it("counts a run shorter than the span as far as it goes", () => {
    const [count] = countSpans([blockOf(0), blockOf(1, { series: distinctSeries(1000, 2000) })], 60 * minuteMs)();
    expect((count ?? 0) / 2000).to.be.closeTo(1, 0.03);
  });

  it("leaves omitted blocks out, and spans omitted whole", () => {
    const spans = countSpans(
      [blockOf(0), blockOf(1, { series: distinctSeries(1000, 3000) }), blockOf(2), blockOf(3)],
      2 * minuteMs,
    );
    expect(spans()).to.have.length(2);
    expect((spans({ from: 1, to: 2 })[0] ?? 0) / 1000).to.be.closeTo(1, 0.03);
    expect(spans({ from: 0, to: 2 })).to.have.length(1);
  });

  it("is never less than the exact count of a window", () => {
    expect(countSpans([blockOf(0, { series: new HyperLogLog(), windowSeries: 777 })], minuteMs)()).to.deep.equal([777]);
  });
});

describe("spans that were counted before", () => {
  const hour = 60 * minuteMs;
  const blocks = Array.from({ length: 25 }, (_, index) => blockOf(10 * index + 10, { lengthMs: 10 * minuteMs }));
  const spans = [0, 1, 2, 3, 4].map((index) => ({ startMs: index * hour, series: 100 + index }));

  it("count where they were measured from end to end", () => {
    // Measured from 0:10 to 4:20.
    expect(leaveSpansOut(spans, hour, blocks)()).to.deep.equal([101, 102, 103]);
  });

  it("are left out with the block in which they begin", () => {
    const left = leaveSpansOut(spans, hour, blocks);
    // 1:00 to 1:10 is the sixth block.
    expect(left({ from: 5, to: 6 })).to.deep.equal([102, 103]);
    expect(left({ from: 6, to: 11 })).to.deep.equal([101, 102, 103]);
  });

  it("give the largest part of one where none is whole", () => {
    expect(leaveSpansOut(spans, 9 * hour, blocks)()).to.deep.equal([104]);
  });
});
