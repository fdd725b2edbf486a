import { Writable } from "node:stream";
import type { Terminal } from "../output/output.ts";

/** A terminal that keeps what is written to it, and is no TTY. */
export type RecordedTerminal = Terminal & { outText(): string; errText(): string };

/** Makes a terminal for tests. */
export function createRecordedTerminal(): RecordedTerminal {
  const written = { out: "", err: "" };
  const stream = (name: "out" | "err"): NodeJS.WriteStream => {
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written[name] += chunk.toString("utf8");
        done();
      },
    });
    // A command only writes to it; the rest of a TTY's stream is not looked at when isTTY is not set.
    return sink as unknown as NodeJS.WriteStream;
  };
  return { out: stream("out"), err: stream("err"), outText: () => written.out, errText: () => written.err };
}
