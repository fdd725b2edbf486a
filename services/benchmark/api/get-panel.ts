import { toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { GetPanelRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { type WindowMeasurement, WindowMeasurementSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { readAllWindows } from "./read-windows.ts";
import { windowMessage } from "./window-message.ts";

/** Size of an answer after which the next window starts another, in bytes; a message may have 4 MiB. */
const answerBytes = 3 * 1024 * 1024;

/**
 * The windows of an experiment from a time on, by host and arm. A long
 * experiment does not fit one message: an answer holds whole moments (all hosts
 * and arms of a window's start) up to 3 MiB, and whoever wants all of it asks
 * again from just after the newest window until nothing comes.
 */
export async function getPanel(deps: BenchmarkApiDeps, request: GetPanelRequest) {
  const fromMs = request.startTime === undefined ? 0 : timestampMs(request.startTime);
  const arms = new Map<string, { hostId: string; variant: string; windows: WindowMeasurement[] }>();
  let bytes = 0;
  let momentMs = Number.NEGATIVE_INFINITY;
  for await (const window of readAllWindows(deps.observations, request.experimentId, fromMs)) {
    if (window.startMs !== momentMs && bytes > answerBytes) break;
    momentMs = window.startMs;
    const message = windowMessage(window);
    bytes += toBinary(WindowMeasurementSchema, message).length;
    const key = `${window.hostId}\n${window.variant}`;
    const arm = arms.get(key) ?? { hostId: window.hostId, variant: window.variant, windows: [] };
    arm.windows.push(message);
    arms.set(key, arm);
  }
  return { arms: [...arms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, arm]) => arm) };
}
