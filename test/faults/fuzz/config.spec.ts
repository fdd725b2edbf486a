import { expect } from "chai";
import { formatModel, parseModel } from "../../../services/pipelines/graph/index.ts";
import { checkConfig, checkPipelineFile, type Finding } from "../../../validation/index.ts";
import { fuzz, readCorpus } from "./fuzz.ts";

function expectPlaces(findings: readonly Finding[]): void {
  for (const { line, column, message, rule } of findings) {
    expect(line).to.be.at.least(1);
    expect(column).to.be.at.least(1);
    expect([rule, message]).not.to.include("");
  }
}

describe("collector configurations of any content", function () {
  this.timeout(10_000);
  const corpus = [...readCorpus("config"), ...readCorpus("pipeline")];

  it("become a model that is written and read as the same, or findings that say why not", async () => {
    let read = 0;
    const count = await fuzz({
      corpus,
      take(input) {
        const { model, findings } = parseModel(Buffer.from(input).toString("utf8"));
        expectPlaces(findings);
        if (!model) {
          expect(findings.some(({ severity }) => severity === "error")).to.equal(true);
          return;
        }
        read += 1;
        const written = formatModel(model);
        const again = parseModel(written).model;
        expect(again && formatModel(again)).to.equal(written);
      },
    });
    expect(count).to.be.greaterThan(corpus.length);
    expect(read).to.be.greaterThan(2);
  });

  it("are judged by every rule without an exception, as a configuration and as a pipeline file", async () => {
    const count = await fuzz({
      corpus,
      seed: 2,
      take(input) {
        const text = Buffer.from(input).toString("utf8");
        expectPlaces(checkConfig(text).findings);
        expectPlaces(checkPipelineFile(text).findings);
      },
    });
    expect(count).to.be.greaterThan(corpus.length);
  });
});
