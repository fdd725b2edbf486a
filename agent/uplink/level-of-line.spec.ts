import { expect } from "chai";
import { levelOfLine } from "./level-of-line.ts";

describe("the level of a collector's line", () => {
  const lines: [string, string | null][] = [
    ["2026-01-01T00:00:00.000Z\tinfo\tservice.go:1\tEverything is ready.", null],
    ["2026-01-01T00:00:00.000Z\twarn\tinternal/x.go:1\tslow", "warn"],
    ["2026-01-01T00:00:00.000Z\terror\tscraper.go:1\tError scraping metrics", "error"],
    ['{"level":"error","ts":1,"msg":"x"}', "error"],
    ['{"ts":1,"level":"info","msg":"an error"}', null],
    ["panic: runtime error: index out of range", "error"],
    ["Error: cannot start pipelines", "error"],
    ["an error in the middle of a sentence", null],
  ];
  for (const [line, level] of lines) {
    it(`is ${level ?? "not worth sending"} for ${JSON.stringify(line)}`, () => {
      expect(levelOfLine(line)).to.equal(level);
    });
  }
});
