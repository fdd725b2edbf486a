import type { WatchVerdictRequest } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { sleep } from "@phoenix/platform/lifecycle";
import { readVerdicts } from "./analyze-experiment.ts";
import type { AnalyticsApiDeps } from "./deps.ts";

/**
 * Gives the newest verdicts at once where there are any, then each time they
 * are made anew, and ends when every candidate has a final one. A notification
 * wakes it; polling stands behind, for notifications that are lost.
 * @throws PhoenixError SHUTTING_DOWN when the service stops: watch again elsewhere.
 */
export async function* watchVerdict(
  deps: AnalyticsApiDeps,
  { experimentId }: WatchVerdictRequest,
  left: AbortSignal,
): AsyncGenerator<{ verdicts: Verdict[] }> {
  const ended = AbortSignal.any([left, deps.stopping]);
  let nap = new AbortController();
  let news = false;
  const stopListening = await deps.summaries.listen(experimentId, () => {
    news = true;
    nap.abort();
  });
  try {
    let sent = "";
    while (!ended.aborted) {
      news = false;
      const { summaries, verdicts, over } = await readVerdicts(deps, experimentId);
      const revisions = summaries.map(({ variant, revision }) => `${variant} ${revision}`).join("\n");
      if (revisions !== sent) yield { verdicts };
      sent = revisions;
      if (over) return;
      nap = new AbortController();
      // News that came while reading or sending found no nap to cut short.
      if (!news) await sleep(deps.pollMs, AbortSignal.any([nap.signal, ended]));
    }
  } finally {
    await stopListening();
  }
  if (left.aborted) return;
  throw phoenixError(ErrorReason.SHUTTING_DOWN, "the server is shutting down; watch the verdict again");
}
