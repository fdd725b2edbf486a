import { expect } from "chai";
import { listAssumptions } from "./index.ts";

describe("the assumptions", () => {
  it("say what was scaled and what is missing", () => {
    const sentences = listAssumptions({
      applyAllowances: false,
      comparedMinutes: 1.5,
      hosts: 1,
      groups: 8,
      intervals: new Map([["candidate", { measured: 5, priced: 60 }]]),
      windowsWithoutSketch: 3,
      host: { corePerMonth: 29.1456, gibPerMonth: 3.2, source: "a list" },
      otherCurrencies: ["ours-eur"],
      fleetHosts: 500,
      ofRules: ["A vendor's own."],
    }).join("\n");
    for (const words of [
      "marginal",
      "every 5.0 s",
      "every 60.0 s",
      "3 windows have no readable sketch",
      "$29.15 a core and $3.20 a GiB of memory a month (a list)",
      "ours-eur: no net saving",
      "The fleet's 500 hosts",
      "A vendor's own.",
    ]) {
      expect(sentences).to.contain(words);
    }
  });
});
