import { readPipelineDefinition } from "@phoenix/catalog";
import { expect } from "chai";
import { fuzz, readCorpus } from "./fuzz.ts";

describe("pipeline files of any content", function () {
  this.timeout(10_000);

  it("become a definition, or problems with a place, and never an exception", async () => {
    const count = await fuzz({
      corpus: readCorpus("pipeline"),
      take(input) {
        const { definition, problems } = readPipelineDefinition(Buffer.from(input).toString("utf8"));
        expect(definition === undefined).to.equal(problems.length > 0);
        for (const { line, column, message } of problems) {
          expect(line).to.be.at.least(1);
          expect(column).to.be.at.least(1);
          expect(message).to.not.equal("");
        }
      },
    });
    expect(count).to.be.greaterThan(300);
  });
});
