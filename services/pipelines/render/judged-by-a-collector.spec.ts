import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogFolder, loadCatalog, readDocument } from "@phoenix/catalog";
import { checkConfig, checkPipelineFile, hasError } from "@phoenix/validation";
import { askCollector } from "@phoenix/validation/judgement";
import { expect } from "chai";
import { findTestCollector } from "../testing/index.ts";
import { renderPipeline } from "./index.ts";

const file = (name: string) => readFile(join(catalogFolder, name, "pipeline.yaml"), "utf8");

describe("the collector's judgement of what is rendered", function () {
  this.timeout(600_000);

  it("is good about every pipeline of the catalog, for a shadow and for export", async () => {
    const collector = await findTestCollector();
    for (const definition of await loadCatalog()) {
      for (const remoteWriteUrl of [undefined, "http://127.0.0.1:9090/api/v1/write"]) {
        const given = { variables: {}, mustKeep: ["a\\.b", "c$"], remoteWriteUrl };
        const { text } = renderPipeline(definition, given);
        expect(hasError(checkConfig(text).findings), definition.name).to.equal(false);
        expect(await askCollector(collector, text, readDocument(definition.text)), definition.name).to.deep.equal([]);
      }
    }
  });

  it("is found at the place in the pipeline file that its words name", async () => {
    const text = (await file("process-priority-filter-v1")).replace("not IsMatch", "not IsMatchh");
    const { definition, document, findings } = checkPipelineFile(text);
    expect(hasError(findings)).to.equal(false);
    if (!definition) throw new Error("the file of this spec cannot be read");
    const rendered = renderPipeline(definition, {
      variables: {},
      mustKeep: [],
      remoteWriteUrl: undefined,
    });
    const [finding, ...more] = await askCollector(await findTestCollector(), rendered.text, document);
    expect(more).to.deep.equal([]);
    expect(finding).to.deep.include({ severity: "error", rule: "collector", path: "processors.filter/low", column: 3 });
    expect(finding?.message).to.contain("IsMatchh");
    expect(text.split("\n")[(finding?.line ?? 0) - 1]).to.equal("  filter/low:");
  });
});
