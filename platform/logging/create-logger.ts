import pino from "pino";

/** How much is written; each level includes those after it. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** A structured logger: `logger.info({ hostId }, "host enrolled")`. */
export type Logger = pino.Logger;

/** What a logger is made of. */
export interface LoggerOptions {
  /** Name of the part that speaks, on every line. */
  name: string;
  /** Least level written; default `info`. */
  level?: LogLevel;
  /** Where lines go; default stderr. */
  destination?: pino.DestinationStream;
}

const secretKeys = [
  "authorization",
  "cookie",
  "credential",
  "enrollmentToken",
  "password",
  "privateKey",
  "refreshToken",
  "secret",
  "token",
];

/** Creates the logger of a process; parts take a `logger.child({ part })` of it. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? "info",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        // Three depths: an argument's own key, and what a caller nests in it, such as request headers.
        paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: "[redacted]",
      },
    },
    // Synchronous, so that the last lines before an exit are not lost.
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
