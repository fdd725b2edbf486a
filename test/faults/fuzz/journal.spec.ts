import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { openJournal } from "../../../agent/journal/index.ts";
import { fuzz, readCorpus } from "./fuzz.ts";

const logger = createLogger({ name: "fuzz", level: "silent" });

/** Gives every line the checksum of what it says now: damage that a checksum does not show. */
function withChecksums(input: Uint8Array): Uint8Array {
  const lines = Buffer.from(input).toString("utf8").split("\n");
  const sealed = lines.map((line) => {
    const body = line.slice(9);
    return `${crc32(body).toString(16).padStart(8, "0")} ${body}`;
  });
  return Buffer.from(`${sealed.join("\n")}\n`);
}

describe("journal files of any content", function () {
  this.timeout(10_000);
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "phoenix-fuzz-"));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const [title, prepare] of [
    ["damaged", (input: Uint8Array) => input],
    ["damaged under a checksum that fits", withChecksums],
  ] as const) {
    it(`${title}, open, take an entry, and have it when they are opened again`, async () => {
      let clock = 0;
      const open = () => openJournal({ directory, logger, now: () => ++clock });
      const count = await fuzz({
        corpus: readCorpus("journal"),
        forMs: 1_000,
        async take(input) {
          writeFileSync(join(directory, "journal.log"), prepare(input));
          const journal = await open();
          const ref = { taskId: "fresh", attempt: 1, leaseToken: 99n };
          await journal.end(ref, { state: "completed", message: "", retryable: false });
          await journal.close();
          const again = await open();
          expect(again.ended("fresh")?.result.state).to.equal("completed");
          expect(again.quarantined).to.equal(null);
          await again.close();
          rmSync(directory, { recursive: true });
          mkdirSync(directory);
        },
      });
      expect(count).to.be.greaterThan(10);
    });
  }
});
