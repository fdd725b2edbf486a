import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Selection } from "../store/index.ts";

/** The time that a request asks for, in milliseconds since the Unix epoch: all of it where it says nothing. */
export function timeOf({
  startTime,
  endTime,
}: {
  startTime?: Timestamp | undefined;
  endTime?: Timestamp | undefined;
}): {
  startMs: number;
  endMs: number;
} {
  return {
    startMs: startTime === undefined ? 0 : timestampMs(startTime),
    endMs: endTime === undefined ? Number.POSITIVE_INFINITY : timestampMs(endTime),
  };
}

/** The windows that a request asks for. */
export function selectionOf(
  request: { experimentId: string; warmupWindows: number } & Parameters<typeof timeOf>[0],
): Selection {
  const { experimentId, warmupWindows } = request;
  return { experimentId, warmupWindows, ...timeOf(request) };
}
