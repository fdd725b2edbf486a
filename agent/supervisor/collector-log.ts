import type { Logger } from "@phoenix/platform/logging";
import { createLogFile, type LogFile } from "../launcher/index.ts";
import { lastWords } from "./last-words.ts";

/** What a collector says, launch after launch. */
export interface CollectorLog {
  /** Begins with a new process, whose file starts empty, or joins one that has been writing for a while. */
  open(from: "start" | "end"): void;
  /** Hands on the lines since the last call. */
  follow(): Promise<void>;
  /** A sentence about an end, and below it what the collector said last. */
  explain(ending: string): Promise<string>;
}

const lastWordsBytes = 16 * 1024;

/** Creates the log of one collector; `redact` takes secrets out of everything that leaves here. */
export function createCollectorLog(options: {
  path: string;
  capBytes: number;
  redact(text: string): string;
  onLine(line: string): void;
  logger: Logger;
}): CollectorLog {
  const { path, capBytes, redact, onLine, logger } = options;
  let file: LogFile | null = null;

  const follow = async (): Promise<void> => {
    try {
      for (const line of (await file?.readNewLines()) ?? []) onLine(redact(line));
    } catch (error) {
      // The log is a courtesy; a full or broken disk must not end the supervision.
      logger.warn({ err: error, path }, "a collector's log could not be followed");
    }
  };

  return {
    open(from) {
      file = createLogFile(path, { capBytes, fromEnd: from === "end" });
    },
    follow,
    async explain(ending) {
      await follow();
      const said = redact(lastWords((await file?.readTail(lastWordsBytes)) ?? ""));
      return said === "" ? ending : `${ending}\n${said}`;
    },
  };
}
