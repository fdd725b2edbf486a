import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { MeasureRealisedSavingRequestSchema } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Analytics1700000000005 } from "../../../migrations/0005-analytics.ts";
import { Certificates1700000000007 } from "../../../migrations/0007-certificates.ts";
import {
  type AnalyticsSite,
  createAnalyticsSite,
  firstWindowMs,
  healthyWindow,
  windowMs,
} from "../testing/analytics-site.ts";

after(stopTestDatabases);

const at = (index: number): number => firstWindowMs + index * windowMs;
const level: Readonly<Record<string, number>> = { p1: 1000, p2: 2000, p3: 4000, k1: 3000, k2: 500, k3: 800 };
const promotedHosts = ["p1", "p2", "p3"];
const heldBackHosts = ["k1", "k2", "k3"];

describe("the realised saving of a promotion", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let site: AnalyticsSite;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Analytics1700000000005, Certificates1700000000007] });
    site = createAnalyticsSite(db);
    site.panel.hosts = [...promotedHosts, ...heldBackHosts];
  });
  afterEach(async () => {
    await site.stop();
    await db.close();
  });

  /** Twenty windows of experiment; from window 30 on the load is doubled, and promoted hosts save this share. */
  const promote = async (savedRatio: number): Promise<void> => {
    site.panel.window = ({ hostId, variant, startMs }) => {
      const own = level[hostId] ?? 0;
      const before = startMs < at(20);
      if (before && variant === "baseline") return healthyWindow(own);
      if (before && variant === "candidate") return healthyWindow(own * 0.3);
      if (startMs < at(30)) return null;
      if (variant === "promoted" && promotedHosts.includes(hostId)) {
        return healthyWindow(Math.round(2 * own * (1 - savedRatio)));
      }
      return variant === "held-back" && heldBackHosts.includes(hostId) ? healthyWindow(2 * own) : null;
    };
    const { verdicts } = await site.client.analyzeExperiment(site.request());
    expect(verdicts[0]?.decision).to.equal(Decision.PROMOTE);
    site.panel.variants = ["baseline", "candidate", "promoted", "held-back"];
    site.panel.windows = 70;
  };
  const measure = (over: Omit<MessageInitShape<typeof MeasureRealisedSavingRequestSchema>, "$typeName"> = {}) =>
    site.client.measureRealisedSaving({
      experimentId: "exp-1",
      variant: "candidate",
      promotedHostIds: promotedHosts,
      heldBackHostIds: heldBackHosts,
      startTime: timestampFromMs(at(30)),
      ...over,
    });

  it("is what promoted hosts changed less what the others did, beside what the verdict promised", async () => {
    await promote(0.7);
    const saving = await measure();
    expect(saving.realised?.estimate).to.be.closeTo(0.7, 0.002);
    expect(saving.promised?.estimate).to.be.closeTo(0.7, 0.002);
    expect(saving).to.include({ blocks: 20, promotedHosts: 3, heldBackHosts: 3 });
    expect(saving.detail).to.contain("in keeping with the promise");
  });

  it("is read from windows as long as production's scrapes are apart", async () => {
    await promote(0.7);
    const short = site.panel.window;
    const longMs = 3 * windowMs;
    site.panel.window = (place) => {
      const window = short(place);
      if (place.startMs < at(30) || window === null) return window;
      return place.startMs % longMs === 0 ? { ...window, windowSeconds: longMs / 1000 } : null;
    };
    const saving = await measure();
    expect(saving.realised?.estimate).to.be.closeTo(0.7, 0.002);
    expect(saving.blocks, "two of these windows each").to.equal(7);
  });

  it("says so when less is saved than was promised", async () => {
    await promote(0.4);
    const saving = await measure();
    expect(saving.realised?.estimate).to.be.closeTo(0.4, 0.002);
    expect(saving.detail).to.contain("surely less than promised");
  });

  it("is open while nobody was held back, or nothing was measured since", async () => {
    await promote(0.7);
    for (const over of [{ heldBackHostIds: [] }, { startTime: timestampFromMs(at(70)) }]) {
      const saving = await measure(over);
      expect(saving.realised?.low).to.equal(-Infinity);
      expect(saving.blocks).to.equal(0);
    }
  });

  it("is refused for what was never judged, another variant, and a host on both sides", async () => {
    const reasonOf = (call: Promise<unknown>) =>
      call.then(
        () => expect.fail("nothing was refused"),
        (error: unknown) => fromConnectError(error).reason,
      );
    expect(await reasonOf(measure())).to.equal(ErrorReason.EXPERIMENT_NOT_FOUND);
    await promote(0.7);
    expect(await reasonOf(measure({ variant: "promoted" }))).to.equal(ErrorReason.INVALID_FIELD);
    expect(await reasonOf(measure({ heldBackHostIds: ["p2"] }))).to.equal(ErrorReason.INVALID_FIELD);
    await db.query("UPDATE metrics_summaries SET evidence = NULL");
    expect(await reasonOf(measure())).to.equal(ErrorReason.ILLEGAL_TRANSITION);
  });
});
