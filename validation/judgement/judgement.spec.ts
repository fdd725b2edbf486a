import { readDocument } from "@phoenix/catalog";
import { findTestCollector } from "@phoenix/collector/testing";
import { expect } from "chai";
import { placeInWords } from "./ask-collector.ts";
import { askCollector } from "./index.ts";

const good = `receivers:
  host_metrics: {scrapers: {cpu: {}}}
processors:
  batch: {}
exporters:
  debug: {}
service:
  pipelines:
    metrics: {receivers: [host_metrics], processors: [batch], exporters: [debug]}
  telemetry: {metrics: {level: none}}
`;

describe("the collector's judgement", function () {
  this.timeout(600_000);

  it("is good about what a host's own variables may make good, and of nothing else", async () => {
    const collector = await findTestCollector();
    const judged = (settings: string) => {
      const text = good.replaceAll("debug", "prometheus_remote_write").replace("_write: {}", `_write: ${settings}`);
      return askCollector(collector, text, readDocument(text));
    };
    const endpoint = "endpoint: https://in.example";
    const reference = (name: string) => `"\${env:${name}}"`;
    expect(await judged(`{${endpoint}, external_labels: {site: ${reference("SITE")}}}`)).to.deep.equal([]);
    expect(await judged(`{${endpoint}, timeout: 5s, max_batch_size_bytes: ${reference("BYTES")}}`)).to.deep.equal([]);
    const [finding, ...more] = await judged(`{${endpoint}, external_labels: {site: ""}}`);
    expect(more).to.deep.equal([]);
    expect(finding).to.deep.include({ rule: "collector", path: "exporters.prometheus_remote_write", line: 6 });
    expect(await judged(`{${endpoint}, external_labels: {site: "", zone: ${reference("ZONE")}}}`)).to.have.length(1);
  });

  it("names a place in each of the forms its words take", () => {
    expect(placeInWords("processors::transform/x: unable to parse")).to.deep.equal(["processors", "transform/x"]);
    expect(placeInWords("service::pipelines::metrics: references processor")).to.deep.equal([
      "service",
      "pipelines",
      "metrics",
    ]);
    expect(placeInWords(`failed:\n\n'processors' unknown type: "trans" for id: "trans/x" (valid: [])`)).to.deep.equal([
      "processors",
      "trans/x",
    ]);
    expect(
      placeInWords('failed to build pipelines: failed to create "otlp_http/a" exporter for data type'),
    ).to.deep.equal(["exporters", "otlp_http/a"]);
    expect(placeInWords('failed to create extension "health_check": no')).to.deep.equal(["extensions", "health_check"]);
    expect(placeInWords("something else")).to.deep.equal([]);
  });
});
