import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { findBrowser, openPage } from "../cli/testing/browser.ts";
import { renderReport } from "./render-report.ts";
import type { ReportData } from "./report-data.ts";
import { scriptedReport } from "./testing/scripted-report.ts";
import { visibleText } from "./visible-text.ts";

const phoenixVersion = "1.2.3";
const hostile = `<script>document.title="ran";fetch("/fetched")</script></style></title></svg>"'><img src=/img onerror=fetch("/err")>\u202egnp.exe\u001b[2J\0 ${"long".repeat(200)}`;

/** The same with nothing that was measured, as it is before the arms run. */
function nothingMeasured(data: ReportData, phase: ExperimentPhase): ReportData {
  const none = { verdicts: [], kpis: [], costs: [], assumptions: [], contributors: [], series: [] };
  const experiment = { ...data.experiment, phase };
  delete experiment.measureTime;
  delete experiment.endTime;
  return { ...none, experiment, sources: undefined, sightings: undefined };
}

describe("a report", () => {
  const page = renderReport(scriptedReport(), phoenixVersion);
  const attacked = renderReport(
    scriptedReport(() => hostile),
    phoenixVersion,
  );

  it("shows every text from outside as text: not one tag or attribute more than with harmless ones", () => {
    const harmless = renderReport(
      scriptedReport(() => "p".repeat([...visibleText(hostile)].length)),
      phoenixVersion,
    );
    const tagsOf = (html: string) =>
      [...html.matchAll(/<[a-z/!][^>]*>/gi)].map(([tag]) => tag.replace(/="[^"]*"/g, ""));
    expect(tagsOf(attacked)).to.deep.equal(tagsOf(harmless));
    expect(attacked).to.contain("<h1>&lt;script&gt;document.title=&quot;ran&quot;");
    expect(attacked).to.not.match(/\p{Bidi_Control}/u);
    expect(attacked).to.contain("[U+202E]gnp.exe␛[2J␀");
  });

  it("refers to nothing outside itself, and lets a browser load nothing", () => {
    expect(page).to.not.match(
      /https?:|\/\/|\bsrc\s*=|href\s*=|url\(|@import|<(?:script|link|iframe|object|embed)\b|\bstyle\s*=/i,
    );
    expect(page).to.contain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("answers in plain words what was tried, saved, sure and lost", () => {
    for (const text of [
      "process-priority-filter-v1 (the candidate) ran beside process-baseline-v1 (the baseline) on 3 hosts for 3\u00a0h\u00a000\u00a0m.",
      "It sends 65.0\u00a0% fewer active series: 286 instead of 818 on a host, on average. The true figure lies between 61.0\u00a0% and 69.0\u00a0%.",
      "between $41.07 (Grafana Cloud Pro, metrics) and $171.85 (Datadog Pro, custom metrics) less a month",
      "that saves less than 20\u00a0% in at most 5\u00a0% of such experiments",
      "No critical process was lost: nginx, payment-api and postgres stayed visible in all 540 windows",
      "payment-api disappeared on web-2, for up to 4 windows (4\u00a0m\u00a000\u00a0s) at a time",
      "It sends 9 metric names instead of 15.",
    ]) {
      expect(page).to.contain(text);
    }
  });

  it("draws every chart for wide and narrow pages, with a title and a description", () => {
    const svgs = [
      ...page.matchAll(/<svg class="(wide|narrow)"[^>]*role="img"><title>([^<]+)<\/title><desc>[^<]+<\/desc>/g),
    ];
    expect(page.match(/<svg /g)).to.have.length(svgs.length);
    const titles = svgs.filter(([, kind]) => kind === "wide").map(([, , title]) => title);
    expect(titles).to.deep.equal([
      "The interval narrows with every block",
      "The interval narrows with every block",
      "Critical processes under candidate",
      "Critical processes under candidate-2",
      "A month under each price book",
      "Active series over time",
      "Data points per second over time",
      "OTLP bytes per second over time",
      "Collector CPU over time",
      "Collector memory over time",
      "Series of each metric",
      "Distinct values of each attribute",
    ]);
    expect(svgs.filter(([, kind]) => kind === "narrow")).to.have.length(titles.length);
    expect(page).to.not.contain("NaN").and.not.contain("Infinity");
  });

  it("gives those who check the plan, the blocks, digests, times in UTC and the version", () => {
    const checked = page.slice(page.indexOf("For those who check"));
    for (const text of [
      "arXiv:2210.08589",
      "−1.0498",
      "newey-west",
      "1".repeat(64),
      "version 1",
      `by Phoenix</th><td class="short">${phoenixVersion}`,
    ]) {
      expect(checked).to.contain(text);
    }
    const iso = "2026-11-20T12:00:00.000Z";
    expect(checked).to.contain(`<time datetime="${iso}" title="${iso}">2026-11-20 12:00:00 UTC</time>`);
  });

  it("leaves out what a server does not fill, and shows no zero in its place", () => {
    const full = scriptedReport();
    const older = renderReport(
      {
        ...full,
        kpis: full.kpis.map((arm) => ({ ...arm, healthyRatio: 0, ingestPointsPerSecond: 0, vendorSeries: [] })),
        costs: full.costs.map((cost) => ({ ...cost, savings: [] })),
        contributors: [],
        sources: undefined,
        sightings: undefined,
      },
      phoenixVersion,
    );
    for (const text of [
      "as scraped",
      "ran through",
      "As vendors count",
      "more for collectors",
      "whole fleet",
      "Where the series come from",
      "A second source",
    ]) {
      expect(page).to.contain(text);
      expect(older).to.not.contain(text);
    }
  });

  it("is about what is being tried while nothing is measured, in every phase", () => {
    const data = scriptedReport();
    const { PENDING, RUNNING, CANCELLED } = ExperimentPhase;
    for (const [phase, words, verb] of [
      [PENDING, "it was not started", "is to run"],
      [RUNNING, "with the first windows", "runs"],
      [CANCELLED, "Nothing was measured", "ran"],
    ] as const) {
      const early = renderReport(nothingMeasured(data, phase), phoenixVersion);
      expect(early).to.contain(words).and.contain(`process-priority-filter-v1 (the candidate) ${verb} beside`);
      expect(early).to.not.contain("<svg");
    }
  });

  const browser = findBrowser();
  if (browser === undefined) {
    console.warn("no Chromium on PATH and no PHOENIX_BROWSER: reports are not opened in a browser");
    return;
  }
  it("runs no script and asks for nothing in a browser", async function () {
    this.timeout(120_000);
    const proof = await openPage(browser, `<title>-</title><script>document.title="ran"</script><img src="/img">`);
    expect(proof.document).to.contain("<title>ran</title>");
    expect(proof.requests).to.include("/img");
    const { document, requests } = await openPage(browser, attacked);
    expect(requests).to.deep.equal(["/"]);
    expect(document).to.contain("<h1>&lt;script&gt;document.title=").and.contain("[U+202E]gnp.exe");
    expect(document).to.not.match(/<script|<img|<title>ran/i);
  });
});
