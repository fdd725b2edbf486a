import { Code, ErrorReason, PhoenixError, phoenixError } from "../errors/index.ts";

/**
 * SQLSTATE classes and codes that say "not now" instead of "not this": connection
 * exceptions, lack of resources, system errors, shutdowns, a read-only server.
 * Source: PostgreSQL documentation, appendix A, "PostgreSQL Error Codes".
 */
const unavailableClasses = new Set(["08", "53", "58"]);
const unavailableCodes = new Set(["25006", "57P01", "57P02", "57P03", "57P04", "57P05"]);

/** Codes of Node's sockets and name look-ups for a server that is not there. */
const socketCodes = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** What `pg` and `pg-pool` say, in plain errors without a code, about a lost or a closed connection. */
const driverWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered)|Query read timeout|Cannot use a pool after calling end)/;

/**
 * Turns a driver's error into DATABASE_UNAVAILABLE where PostgreSQL cannot be
 * reached or takes no work; gives anything else back unchanged.
 */
export function translateDriverError(error: unknown): unknown {
  if (error instanceof PhoenixError) return error;
  const origin = unwrap(error);
  const code = codeOf(origin);
  if (code === "25006") {
    return unavailable(
      "PostgreSQL is read-only; nothing was changed. Point Phoenix at the primary, or end recovery",
      error,
    );
  }
  if (code === "57014") {
    return phoenixError(
      ErrorReason.DATABASE_UNAVAILABLE,
      "PostgreSQL did not finish a statement in time; nothing was changed. Try again, and look for long locks if it stays so",
      { code: Code.DeadlineExceeded, cause: error },
    );
  }
  if (code.startsWith("53")) {
    return unavailable(
      "PostgreSQL has run out of a resource (disk, memory or connections); nothing was changed. Free it, then try again",
      error,
    );
  }
  if (unavailableClasses.has(code.slice(0, 2)) || unavailableCodes.has(code) || socketCodes.has(code)) {
    return unavailable(
      "PostgreSQL cannot be reached or is shutting down. Phoenix keeps trying; check that the database runs",
      error,
    );
  }
  if (origin instanceof Error && driverWords.test(origin.message)) {
    return unavailable(
      "the connection to PostgreSQL was lost or could not be had. Phoenix keeps trying; check that the database runs",
      error,
    );
  }
  return error;
}

/** Runs `work` and translates what it throws. */
export async function atTheWall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateDriverError(error);
  }
}

/** True when a row broke a unique constraint, this one where one is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const origin = unwrap(error);
  if (codeOf(origin) !== "23505") return false;
  return constraint === undefined || (origin as { constraint?: string }).constraint === constraint;
}

/** True when PostgreSQL rolled back a transaction that may succeed if repeated: serialization failure, deadlock. */
export function isRepeatable(error: unknown): boolean {
  const code = codeOf(unwrap(error));
  return code === "40001" || code === "40P01";
}

/** The driver's own error inside TypeORM's QueryFailedError or an AggregateError of address families. */
function unwrap(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return error;
  if ("driverError" in error && error.driverError !== undefined) return error.driverError;
  if (error instanceof AggregateError && codeOf(error) === "") return error.errors[0];
  return error;
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

function unavailable(message: string, cause: unknown): PhoenixError {
  return phoenixError(ErrorReason.DATABASE_UNAVAILABLE, message, { cause });
}
