import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { GetPanelRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { WindowMeasurement } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import type { StoredWindow } from "../kpis/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { panelTokenAfter, positionOfPanelToken } from "./panel-token.ts";
import { beforeMoment, readAllWindows } from "./read-windows.ts";
import { windowMessage } from "./window-message.ts";

/** Size of the windows in an answer, in bytes; a message may have 4 MiB. */
const answerBytes = 3 * 1024 * 1024;

/** Most rows read at a time. */
const mostRows = 5000;

/** No window takes more bytes than this: 19 numbers of at most 11 bytes, and at most three bytes for each unit of its texts. */
function mostBytes({ incompleteReason, configDigest, mustKeep, contributors }: StoredWindow): number {
  const sightings = mustKeep.reduce(
    (sum, { expression, processName }) => sum + 20 + 3 * (expression.length + processName.length),
    0,
  );
  const named = [...(contributors?.metrics ?? []), ...(contributors?.attributes ?? [])];
  const counts = named.reduce((sum, { name }) => sum + 32 + 3 * name.length, 0);
  return 256 + 3 * (incompleteReason.length + configDigest.length) + sightings + counts;
}

/**
 * The windows of an experiment from a time on, by host and arm: as many as were
 * asked for and fit a message, in order of time, and a token for the rest.
 * @throws PhoenixError INVALID_PAGE_TOKEN for a token this call did not give out.
 */
export async function getPanel(deps: BenchmarkApiDeps, request: GetPanelRequest) {
  const { experimentId, startTime, pageSize, pageToken } = request;
  const from =
    pageToken === ""
      ? beforeMoment(startTime === undefined ? 0 : timestampMs(startTime))
      : positionOfPanelToken(pageToken);
  // One more than is wanted says whether there are more.
  const pageRows = Math.min(mostRows, pageSize === 0 ? mostRows : pageSize + 1);
  const arms = new Map<string, { hostId: string; variant: string; windows: WindowMeasurement[] }>();
  let last: StoredWindow | undefined;
  let count = 0;
  let bytes = 0;
  let nextPageToken = "";
  for await (const window of readAllWindows(
    deps.observations,
    experimentId,
    { from, endMs: Number.POSITIVE_INFINITY },
    pageRows,
  )) {
    const message = windowMessage(window);
    bytes += mostBytes(window);
    // One window always fits: it came in a message.
    if (last !== undefined && (bytes > answerBytes || count === pageSize)) {
      nextPageToken = panelTokenAfter(last);
      break;
    }
    const key = `${window.hostId}\n${window.variant}`;
    const arm = arms.get(key) ?? { hostId: window.hostId, variant: window.variant, windows: [] };
    arm.windows.push(message);
    arms.set(key, arm);
    last = window;
    count += 1;
  }
  return { arms: [...arms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, arm]) => arm), nextPageToken };
}
