import { expect } from "chai";
import { type CollectorBinary, findCollector, listComponents, readVersion, validateConfig } from "../index.ts";
import { runProgram } from "./run-program.ts";

describe("asking a real collector", () => {
  let collector: CollectorBinary;

  before(async function () {
    this.timeout(600_000);
    collector = await findCollector({ onProgress: (line) => console.log(`    ${line}`) });
  });

  const config = (processors: string) => `
receivers: {host_metrics: {scrapers: {cpu: {}}}}
processors: ${processors}
exporters: {debug: {}}
service: {pipelines: {metrics: {receivers: [host_metrics], processors: [transform], exporters: [debug]}}}
`;

  it("gives its version and its components", async () => {
    expect(await readVersion(collector.path)).to.equal(collector.version);
    const components = await listComponents(collector);
    expect(components.receivers).to.include("host_metrics");
    expect(components.exporters).to.include("otlp_http");
  });

  it("accepts a good configuration", async () => {
    expect(await validateConfig(collector, config("{transform: {}}"), {})).to.deep.equal({ ok: true });
  });

  it("gives the collector's own words about a bad one, without its log and usage lines", async () => {
    const bad = config(`{transform: {metric_statements: [{context: metric, statements: ['sett(metric.name, "x")']}]}}`);
    const judgement = await validateConfig(collector, bad, {});
    expect(judgement.ok).to.equal(false);
    if (judgement.ok) return;
    expect(judgement.words).to.contain("processors::transform");
    expect(judgement.words).to.contain(`undefined function "sett"`);
    expect(judgement.words).not.to.match(/Error:|Usage/);
    expect(judgement.words.split("\n")).to.have.length(1);
  });

  it("lets the configuration see the given environment and nothing of this process's", async () => {
    process.env.PHOENIX_SPEC_SECRET = "/leaked";
    try {
      const reading = (name: string) =>
        config(`{transform: {metric_statements: ['set(metric.name, "\${env:${name}}") where nope()']}}`);
      const own = await validateConfig(collector, reading("PHOENIX_SPEC_SECRET"), {});
      const given = await validateConfig(collector, reading("PHX_GIVEN"), { PHX_GIVEN: "/given" });
      expect(own).to.have.property("words").that.does.not.contain("/leaked");
      expect(given).to.have.property("words").that.contains("/given");
    } finally {
      delete process.env.PHOENIX_SPEC_SECRET;
    }
  });
});

describe("running a program", () => {
  it("kills the program and its children when it takes too long", async () => {
    const result = await runProgram("/bin/sh", ["-c", "sleep 60 & echo $!; wait"], {
      env: process.env,
      timeoutMs: 300,
    }).then(
      () => "ended",
      (error: Error) => error.message,
    );
    expect(result).to.equal("/bin/sh did not end within 0.3 s");
  });

  it("stops when it is aborted", async () => {
    const controller = new AbortController();
    const running = runProgram("/bin/sleep", ["60"], {
      env: process.env,
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    controller.abort();
    expect(await running.catch((error: Error) => error.message)).to.equal("/bin/sleep was interrupted");
  });

  it("reports a program that does not exist", async () => {
    const error = await runProgram("/nonexistent/otelcol", [], { env: {}, timeoutMs: 1_000 }).catch(
      (caught: Error) => caught,
    );
    expect(error).to.be.instanceOf(Error).with.property("code", "ENOENT");
  });
});
