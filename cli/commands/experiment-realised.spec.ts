import { create } from "@bufbuild/protobuf";
import { MeasureRealisedSavingResponseSchema } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { expect } from "chai";
import { describeSaving } from "./experiment-realised.ts";

describe("what is said of a realised saving", () => {
  it("is the measurement beside the promise, and on how much it stands", () => {
    const saving = create(MeasureRealisedSavingResponseSchema, {
      realised: { estimate: 0.4, low: 0.3, high: 0.5 },
      promised: { estimate: 0.6, low: 0.55, high: 0.65 },
      blocks: 9,
      promotedHosts: 2,
      heldBackHosts: 1,
      detail: "Less is saved than was promised.",
    });
    const words = describeSaving({ saving });
    expect(words).to.match(/Realised +40\.0 % \(30\.0 % to 50\.0 %\)/);
    expect(words).to.match(/Promised +60\.0 % \(55\.0 % to 65\.0 %\)/);
    expect(words).to.include("2 promoted, 1 held back").and.include("Less is saved than was promised.");
  });

  it("says that the interval is open while there is too little", () => {
    const open = { estimate: 0.4, low: Number.NEGATIVE_INFINITY, high: 1 };
    const saving = create(MeasureRealisedSavingResponseSchema, { realised: open, blocks: 2 });
    expect(describeSaving({ saving })).to.include("interval still open");
  });
});
