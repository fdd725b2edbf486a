import type { ArmPanel } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Site } from "./site.ts";

/** All windows measured of an experiment, by host and arm, however many answers they take. */
export async function readPanel({ client }: Pick<Site, "client">, experimentId: string): Promise<ArmPanel[]> {
  const panel = new Map<string, ArmPanel>();
  let pageToken = "";
  do {
    const answer = await client.benchmark.getPanel({ experimentId, pageToken });
    for (const arm of answer.arms) {
      const key = `${arm.hostId} ${arm.variant}`;
      const known = panel.get(key);
      if (known === undefined) panel.set(key, arm);
      else known.windows.push(...arm.windows);
    }
    pageToken = answer.nextPageToken;
  } while (pageToken !== "");
  return [...panel.values()];
}
