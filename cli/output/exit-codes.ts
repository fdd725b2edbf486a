import { Code } from "@connectrpc/connect";

/** What the exit code of `phoenix` means; docs/cli.md and `phoenix --help` have the list. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unavailable: 5,
  timedOut: 6,
  notPromoted: 7,
  interrupted: 130,
} as const;

/** One line for each exit code, for help and docs. */
export const exitCodeMeanings: ReadonlyArray<readonly [code: number, meaning: string]> = [
  [exitCodes.ok, "done"],
  [exitCodes.internal, "Phoenix failed; the message says where to look"],
  [exitCodes.usage, "the command, a value or a file is wrong; nothing was changed"],
  [exitCodes.notFound, "no such experiment, deployment, host, pipeline or task"],
  [exitCodes.refused, "refused in the present state, or not allowed"],
  [exitCodes.unavailable, "the server, the database or a collector cannot be reached or had"],
  [exitCodes.timedOut, "it took too long; it may still be going on"],
  [exitCodes.notPromoted, "`experiment run --require-promote`: the verdict was not PROMOTE"],
  [exitCodes.interrupted, "stopped by Ctrl-C"],
];

/** The exit code for a canonical error code. */
export function exitCodeOf(code: Code): number {
  switch (code) {
    case Code.InvalidArgument:
    case Code.OutOfRange:
      return exitCodes.usage;
    case Code.NotFound:
      return exitCodes.notFound;
    case Code.FailedPrecondition:
    case Code.Aborted:
    case Code.AlreadyExists:
    case Code.PermissionDenied:
    case Code.Unauthenticated:
    case Code.ResourceExhausted:
      return exitCodes.refused;
    case Code.Unavailable:
      return exitCodes.unavailable;
    case Code.DeadlineExceeded:
      return exitCodes.timedOut;
    case Code.Canceled:
      return exitCodes.interrupted;
    default:
      return exitCodes.internal;
  }
}
