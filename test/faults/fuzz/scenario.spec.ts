import { expect } from "chai";
import { CommandError } from "../../../cli/output/command-error.ts";
import { parseScenario } from "../../../cli/scenario/read-scenario.ts";
import { specOfScenario } from "../../../cli/scenario/scenario.ts";
import { fuzz, readCorpus } from "./fuzz.ts";

describe("scenario files of any content", function () {
  this.timeout(10_000);

  it("become a request, or a usage error that names the place", async () => {
    const count = await fuzz({
      corpus: readCorpus("scenario"),
      take(input) {
        try {
          specOfScenario(parseScenario(Buffer.from(input).toString("utf8"), "any.yaml"));
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          expect(error.message).to.match(/^any\.yaml:\d+:\d+: ./);
        }
      },
    });
    expect(count).to.be.greaterThan(500);
  });
});
