import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildRiver } from "./river-program.ts";

describe("River's worker", () => {
  it("is left out where there is no Go, and nothing stays behind", async () => {
    const empty = mkdtempSync(join(tmpdir(), "phoenix-test-"));
    const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("phoenix-river-"));
    const before = left();
    try {
      expect(await buildRiver({ PATH: empty })).to.equal(undefined);
      expect(left()).to.deep.equal(before);
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
