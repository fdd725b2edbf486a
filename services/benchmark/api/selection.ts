import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Selection } from "../store/index.ts";

/** The windows that a request asks for. */
export function selectionOf(request: {
  experimentId: string;
  warmupWindows: number;
  startTime?: Timestamp | undefined;
}): Selection {
  const { experimentId, warmupWindows, startTime } = request;
  return { experimentId, warmupWindows, startMs: startTime === undefined ? 0 : timestampMs(startTime) };
}
