import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";

/** Milliseconds of a duration of a message; 0 where it is unset. */
export function durationMsOf(duration: Duration | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
}
