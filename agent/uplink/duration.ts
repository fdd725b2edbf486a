import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";

/** A duration in milliseconds, never below 0; `absentMs` when there is none. */
export function durationMsOf(duration: Duration | undefined, absentMs = 0): number {
  return duration === undefined ? absentMs : Math.max(0, durationMs(duration));
}
