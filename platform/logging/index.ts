/**
 * Structured logs: one JSON object a line, on stderr, so that stdout stays free
 * for what a command was asked to print. Secrets are cut out by key before a
 * line is written; do not put them in messages.
 */
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from "./create-logger.ts";
