import {
  analyzeCandidate,
  type CandidateInput,
  type MeasuredArm,
  type MeasuredWindow,
  type Plan,
} from "@phoenix/analytics/verdict";
import type { BenchOptions, Say } from "../bench-options.ts";
import { nowMs } from "../report/monotonic.ts";
import { showSpread } from "../report/spread.ts";

const plan: Plan = {
  windowMs: 60_000,
  blockWindows: 10,
  warmupWindows: 4,
  minimumBlocks: 8,
  maximumBlocks: 10_000,
  alpha: 0.05,
  g: 1.3,
  minimumReductionRatio: 0.2,
  overheadMarginRatio: 0.1,
  retentionGapWindows: 2,
  allowedCpuRatio: 0.02,
  allowedRssBytes: 100 * 2 ** 20,
  maximumCpuRatio: 0.5,
  maximumRssBytes: 512 * 2 ** 20,
  scopeAccepted: true,
  estimator: "typical-host",
  calibrated: true,
  assuranceReasons: [],
};

/** What is judged, by the name of its row. */
const cases = [
  { name: "10 hosts × 10,000 windows", hosts: 10, windows: 10_000 },
  { name: "100 hosts × 96 blocks of 10 windows", hosts: 100, windows: 4 + 96 * 10 },
];

/** How long the verdict takes on long and on wide experiments; windows in memory already. */
export function benchAnalyze(say: Say, { runs = 5 }: BenchOptions): Promise<string> {
  const rows = cases.map(({ name, hosts, windows }) => {
    const input = panelOf(hosts, windows);
    const times: number[] = [];
    let blocks = 0;
    for (let run = 0; run < runs + 1; run++) {
      const begunMs = nowMs();
      blocks = analyzeCandidate(input).blocks;
      // The first one compiles.
      if (run > 0) times.push(nowMs() - begunMs);
    }
    const row = `| ${name} | ${(hosts * windows * 2).toLocaleString("en")} | ${blocks} | ${showSpread(times, 0)} |`;
    say(row);
    return row;
  });
  return Promise.resolve(
    [
      `One verdict on one candidate, ${runs} times after one that is not counted; median (least–greatest).`,
      "",
      "| experiment | observations | blocks of evidence | ms |",
      "|---|---|---|---|",
      ...rows,
    ].join("\n"),
  );
}

/** A healthy experiment whose counts move by the hour and from host to host. */
function panelOf(hosts: number, windows: number): CandidateInput {
  const startMs = Date.UTC(2026, 10, 20);
  const window = (index: number, host: number, share: number): MeasuredWindow => {
    const series = Math.round((1000 + 10 * host) * share * (1 + 0.05 * Math.sin(index / 60 + host)));
    return {
      startMs: startMs + index * plan.windowMs,
      lengthMs: plan.windowMs,
      activeSeries: series,
      dataPoints: series,
      metricNames: 11,
      otlpBytes: series * 124,
      cpuSeconds: 0.6 + 0.001 * (index % 17),
      rssBytes: 90 * 2 ** 20,
      restarts: 0,
      up: true,
      complete: true,
      droppedPoints: 0,
      rejectedRequests: 0,
      configDigest: "d".repeat(64),
      clockOffsetMs: 0,
      sightings: ["postgres", "nginx"].map((processName) => ({
        expression: `^${processName}$`,
        processName,
        oracleSeen: true,
        reported: true,
      })),
    };
  };
  const hostIds = Array.from({ length: hosts }, (_, host) => `host-${host}`);
  const arms: MeasuredArm[] = hostIds.flatMap((hostId, host) =>
    [
      { variant: "baseline", share: 1 },
      { variant: "candidate", share: 0.3 },
    ].map(({ variant, share }) => ({
      hostId,
      variant,
      windows: Array.from({ length: windows }, (_, index) => window(index, host, share)),
    })),
  );
  return {
    plan,
    arms,
    baselineVariant: "baseline",
    candidateVariant: "candidate",
    candidates: 1,
    hostIds,
    mustKeep: ["^postgres$", "^nginx$"],
    digests: {},
    final: false,
  };
}
