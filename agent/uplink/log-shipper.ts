import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type LogBatch,
  LogBatchSchema,
  type LogLine,
  LogLineSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { levelOfLine } from "./level-of-line.ts";

/** Carries warnings and worse to the controller, as far as there is room: logs are a courtesy. */
export interface LogShipper extends Service {
  /** Takes a line that a collector wrote; lines below a warning are let go. */
  take(collectorId: string, line: string): void;
}

const longestLine = 8192;
const mostWaiting = 2_000;
const mostPerBatch = 500;
const softBatchCharacters = 512 * 1024;

/** Creates a shipper that sends what it has once a second. `send` answers false when there is no session. */
export function createLogShipper(options: {
  send(batch: LogBatch): Promise<boolean>;
  logger: Logger;
  intervalMs?: number;
}): LogShipper {
  const { send, logger, intervalMs = 1_000 } = options;
  let waiting: LogLine[] = [];
  let dropped = 0;

  const nextBatch = (): LogLine[] => {
    let characters = 0;
    const end = waiting.findIndex(({ line }, index) => {
      characters += line.length;
      return index >= mostPerBatch || (index > 0 && characters > softBatchCharacters);
    });
    return end < 0 ? waiting : waiting.slice(0, end);
  };

  const { start, stop } = createPeriodic({
    name: "log shipping",
    intervalMs,
    logger,
    async run() {
      const lines = nextBatch();
      if (lines.length === 0 || !(await send(create(LogBatchSchema, { lines })))) return;
      const sent = new Set(lines);
      waiting = waiting.filter((line) => !sent.has(line));
      if (dropped > 0) logger.warn({ dropped }, "log lines of collectors were dropped for want of room");
      dropped = 0;
    },
  });

  return {
    start,
    stop,
    take(collectorId, text) {
      const level = levelOfLine(text);
      if (level === null) return;
      const time = timestampFromMs(Date.now());
      waiting.push(create(LogLineSchema, { time, collectorId, level, line: text.slice(0, longestLine) }));
      if (waiting.length > mostWaiting) {
        waiting.shift();
        dropped += 1;
      }
    },
  };
}
