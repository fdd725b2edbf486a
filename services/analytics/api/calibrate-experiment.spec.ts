import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { CalibrateExperimentRequestSchema } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Decision, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
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
  quickPlan,
  windowMs,
} from "../testing/analytics-site.ts";

after(stopTestDatabases);

const at = (index: number): number => firstWindowMs + index * windowMs;

describe("an A/A period", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let site: AnalyticsSite;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Analytics1700000000005, Certificates1700000000007] });
    site = createAnalyticsSite(db);
  });
  afterEach(async () => {
    await site.stop();
    await db.close();
  });
  const ask = (over: Omit<MessageInitShape<typeof CalibrateExperimentRequestSchema>, "$typeName"> = {}) =>
    site.client.calibrateExperiment({
      experimentId: "exp-1",
      plan: quickPlan,
      baselineVariant: "baseline",
      candidateVariants: ["candidate"],
      hostIds: site.panel.hosts,
      startTime: timestampFromMs(at(4)),
      endTime: timestampFromMs(at(44)),
      ...over,
    });

  /** The candidate of h2 counts a tenth more than its baseline whatever runs there; before window 44 both run the same. */
  const aaThenCandidate = (): void => {
    site.panel.hosts = ["h1", "h2"];
    site.panel.windows = 64;
    site.panel.window = ({ hostId, variant, startMs }) => {
      const same = variant === "baseline" || startMs < at(44);
      const bias = hostId === "h2" && variant === "candidate" ? 1.1 : 1;
      return healthyWindow(Math.round((same ? 1000 : 300) * bias));
    };
  };

  it("gives each host's own offset, the block length and what is thin about it, and keeps nothing", async () => {
    aaThenCandidate();
    const { calibration, blockWindows, shortcomings } = await ask();
    expect(calibration?.pairWindows).to.equal(80);
    expect(calibration?.autocorrelation).to.be.within(0, 0.99);
    expect(calibration?.autocorrelationTimeWindows).to.be.at.least(1);
    expect(blockWindows).to.equal(Math.max(2, Math.ceil(2 * (calibration?.autocorrelationTimeWindows ?? Number.NaN))));
    const series = calibration?.offsets.filter(({ kpi }) => kpi === Kpi.ACTIVE_SERIES) ?? [];
    expect(series.map(({ hostId, variant }) => [hostId, variant])).to.deep.equal([
      ["h1", "candidate"],
      ["h2", "candidate"],
    ]);
    expect(series[0]?.logRatio).to.be.closeTo(0, 1e-9);
    expect(series[1]?.logRatio).to.be.closeTo(Math.log(1.1), 1e-3);
    expect(calibration?.offsets).to.have.length(2 * 6);
    expect(shortcomings.join()).to.contain("shorter than 2 hours");
    expect(site.panel.asked).to.deep.equal([at(4), at(4)]);
    expect(await db.query("SELECT 1 FROM analysis_plans")).to.deep.equal([]);
  });

  it("is no evidence, and what it taught is subtracted from what is", async () => {
    aaThenCandidate();
    const { calibration } = await ask();
    const plan = { ...quickPlan, warmupWindows: 0, calibrated: true, ...(calibration ? { calibration } : {}) };
    site.panel.asked.length = 0;
    const { verdicts } = await site.client.analyzeExperiment(
      site.request({ plan, measureTime: timestampFromMs(at(44)) }),
    );
    expect(site.panel.asked).to.deep.equal([at(44), at(44)]);
    expect(verdicts[0]).to.include({ decision: Decision.PROMOTE, blocks: 10, pairWindows: 40 });
    // Without the offset it would be 1 - 0.3 · √1.1, or 68.5 %; the half added to each count takes a little.
    expect(verdicts[0]?.primary?.reduction?.estimate).to.be.closeTo(0.7, 0.001);
    expect(verdicts[0]?.retention?.windowsChecked).to.equal(40);

    // The plan of the first call is in force with its offsets, whatever a later one brings.
    const [kept] = await db.query<{ offsets: number }>(
      "SELECT jsonb_array_length(plan->'calibration'->'offsets') AS offsets FROM analysis_plans",
    );
    expect(kept?.offsets).to.equal(12);
  });

  it("is refused when it has no length, and when arms contradict themselves", async () => {
    for (const over of [
      { endTime: timestampFromMs(at(4)) },
      { candidateVariants: ["baseline"] },
      { candidateVariants: ["candidate", "candidate"] },
      { plan: { ...quickPlan, minimumBlocks: 50 } },
    ]) {
      const error = await ask(over).then(
        () => expect.fail("nothing was refused"),
        (cause: unknown) => fromConnectError(cause),
      );
      expect(error.reason).to.equal(ErrorReason.INVALID_FIELD);
    }
    expect(site.panel.asked).to.deep.equal([]);
  });
});
