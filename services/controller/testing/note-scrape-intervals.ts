import { durationMs } from "@bufbuild/protobuf/wkt";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { ObedientAgent } from "./obedient-agent.ts";

/** Notes the scrape interval, in seconds, of each collector the agent is given; undefined where it keeps its own. */
export function noteScrapeIntervals(host: ObedientAgent): ReadonlyMap<string, number | undefined> {
  const intervals = new Map<string, number | undefined>();
  const react = host.react;
  host.react = (assignment) => {
    const { subject, action } = assignment;
    // A stop names no interval; it comes at a time of its own and must not hide what was started.
    if (subject.case === "collector" && action !== TaskAction.STOP) {
      const { collectorId, scrapeInterval } = subject.value;
      intervals.set(collectorId, scrapeInterval && durationMs(scrapeInterval) / 1000);
    }
    return react(assignment);
  };
  return intervals;
}
