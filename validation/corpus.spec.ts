import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "@phoenix/catalog";
import { findTestCollector } from "@phoenix/collector/testing";
import { expect } from "chai";
import { checkConfig, checkPipelineFile } from "./index.ts";
import { checkComponents } from "./judgement/index.ts";

/** Files that something is wrong with; their first lines say what, and in which line. */
const folder = join(import.meta.dirname, "corpus");
const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
const expectation = /^# expect in a (configuration|pipeline file): (error|warning) (\S+) at line (\d+)$/gm;

describe("the corpus of broken files", () => {
  it("has a file for nearly everything that can be wrong", () => {
    expect(files.length).to.be.at.least(35);
  });

  for (const { name, text } of files) {
    const expected = [...text.matchAll(expectation)];
    const isFile = expected[0]?.[1] === "pipeline file";
    const check = isFile ? checkPipelineFile : checkConfig;

    it(`finds in ${name} what is wrong with it, there and nowhere else`, async () => {
      const { findings, document } = check(text);
      const unknown = findings.length > 0 ? [] : await checkComponents(await findTestCollector(), document);
      const found = [...findings, ...unknown].map(({ severity, rule, line }) => `${severity} ${rule} ${line}`);
      expect(found).to.have.members(expected.map(([, , severity, rule, line]) => `${severity} ${rule} ${line}`));
      expect(found).not.to.deep.equal([]);
    }).timeout(600_000);
  }
});

describe("the rules over what ships", () => {
  it("find nothing in the catalog, and components that every collector has", async () => {
    const collector = await findTestCollector();
    for (const { name, text } of await loadCatalog()) {
      const { findings, document } = checkPipelineFile(text);
      expect([...findings, ...(await checkComponents(collector, document))], name).to.deep.equal([]);
    }
  }).timeout(600_000);
});
