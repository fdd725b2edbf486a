import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  AssuranceLevel,
  Decision,
  Kpi,
  type Verdict,
  VerdictSchema,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ArmKpisSchema, BookCostSchema, KpiSeriesSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { ExperimentPhase, ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { escapeHtml } from "./escape-html.ts";
import { renderReport } from "./render-report.ts";
import type { ReportData } from "./report-data.ts";

const startMs = Date.UTC(2026, 10, 20, 12);

/** Everything a report shows, with `text` wherever a text comes from outside. */
function reportOf(text: string, over: Exclude<MessageInitShape<typeof VerdictSchema>, Verdict> = {}): ReportData {
  const interval = { estimate: 0.7, low: 0.68, high: 0.72 };
  const primary = { kpi: Kpi.ACTIVE_SERIES, baselineMean: 1000, candidateMean: 300, reduction: interval, blocks: 8 };
  const verdict: Verdict = create(VerdictSchema, {
    variant: text,
    decision: Decision.PROMOTE,
    reason: text,
    primary,
    effects: [{ ...primary, kpi: Kpi.COLLECTOR_CPU, baselineMean: 0.01, candidateMean: 0.012 }],
    retention: {
      ratio: 1,
      windowsChecked: 16,
      processNames: [text],
      misses: [{ processName: text, hostId: text, longestGapWindows: 3 }],
    },
    checks: [{ name: text, holds: true, detail: text }],
    crossChecks: [{ name: text, value: 0.01, detail: text }],
    assurance: { level: AssuranceLevel.REDUCED, reasons: [text] },
    scope: text,
    blocks: 8,
    steps: [3, 4, 5].map((blocks) => ({ blocks, reduction: interval })),
    ...over,
  });
  return {
    experiment: create(ExperimentSchema, {
      name: text,
      experimentId: text,
      phase: ExperimentPhase.COMPLETED,
      startTime: timestampFromMs(startMs),
      spec: { arms: [{ variant: text, pipeline: { name: text } }] },
      configDigests: { [text]: text },
    }),
    verdicts: [verdict],
    kpis: [create(ArmKpisSchema, { variant: text, activeSeriesMean: 300, retentionRatio: 1 })],
    costs: [
      create(BookCostSchema, {
        book: { name: text, title: text, currency: text, asOf: text, trust: text },
        arms: [{ variant: text, monthly: 12.5 }],
      }),
    ],
    assumptions: [text],
    contributors: [],
    sources: undefined,
    sightings: undefined,
    series: [
      create(KpiSeriesSchema, {
        variant: text,
        points: [0, 5000].map((afterMs) => ({ windowStart: timestampFromMs(startMs + afterMs), value: 1000 })),
      }),
    ],
  };
}

describe("a report", () => {
  const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>&`;
  const plain = renderReport(reportOf("plain"));
  const attacked = renderReport(reportOf(hostile));

  it("shows every text from outside as text", () => {
    expect(attacked).to.contain("<h1>&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(attacked).to.not.match(/<script|<img/i);
    const count = (page: string, text: string): number => page.split(text).length - 1;
    expect(count(attacked, escapeHtml(hostile))).to.equal(count(plain, "plain"));
    // Not one tag or attribute more than with a harmless text.
    const tagsOf = (page: string) => [...page.matchAll(/<[a-z/][^>]*>/gi)].map(([tag]) => tag);
    expect(tagsOf(attacked).map((tag) => tag.replaceAll(escapeHtml(hostile), "plain"))).to.deep.equal(tagsOf(plain));
  });

  it("refers to nothing outside itself, and lets the browser load nothing", () => {
    expect(plain).to.not.match(/https?:|\/\/|\bsrc\s*=|href\s*=|url\(|@import|<(?:script|link|iframe|object|embed)\b/i);
    expect(plain).to.contain("default-src 'none'");
  });

  it("shows the decision, both charts, prices and key figures", () => {
    for (const text of ["PROMOTE", "70.0 % (68.0 % to 72.0 %)", "reduced: plain", "12.50 plain", "100.0 %"]) {
      expect(plain).to.contain(text);
    }
    expect(plain.match(/<svg /g)).to.have.length(2);
  });

  it("says so where an interval never closed and where nothing was measured", () => {
    const { series: _series, ...early } = reportOf("early", { steps: [], decision: Decision.INCONCLUSIVE });
    const page = renderReport({ ...early, series: [] });
    expect(page).to.contain("The interval never closed").and.contain("Nothing was measured.");
    expect(page).to.not.contain("<svg");
  });
});

describe("escapeHtml", () => {
  it("escapes what means something in elements and in quoted attributes, once", () => {
    expect(escapeHtml(`<a b="c" d='e'>&amp;`)).to.equal("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
  });
});
