import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { ArmKpis } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { panelPages } from "./panel-pages.ts";
import type { ReportClient } from "./report-client.ts";

/** One must-keep process over time, on all hosts together. */
export type ProcessSightings = {
  processName: string;
  /** Starts of windows in which it ran: all hosts kept it, or one at least missed it. */
  keptMs: number[];
  missedMs: number[];
};

/** What a candidate kept of the must-keep processes. */
export type CandidateSightings = { variant: string; windowMs: number; processes: ProcessSightings[] };

/** Windows beyond which a picture is not worth reading them all again. */
const mostWindows = 40_000;

/**
 * When each must-keep process ran and whether each candidate reported it,
 * counted as the verdict counts: by the agent's own scan, in windows that both
 * arms delivered whole, and a miss only where the baseline reported the process.
 * A window in which neither arm reported it is left open.
 * Undefined when the windows are too many for a picture.
 */
export async function readSightings(
  client: Pick<ReportClient, "benchmark">,
  { experiment, kpis, within }: { experiment: Experiment; kpis: readonly ArmKpis[]; within: (atMs: number) => boolean },
  call: { signal?: AbortSignal },
): Promise<CandidateSightings[] | undefined> {
  const { experimentId, measureTime, spec } = experiment;
  if (kpis.reduce((sum, arm) => sum + arm.windows, 0) > mostWindows) return undefined;
  if (spec === undefined || spec.mustKeep.length === 0) return [];
  const seen = new SeenProcesses();
  for await (const arms of panelPages(client, { experimentId, ...(measureTime && { startTime: measureTime }) }, call)) {
    for (const { hostId, variant, windows } of arms) {
      for (const window of windows) {
        if (window.windowStart === undefined || !window.complete || !within(timestampMs(window.windowStart))) continue;
        seen.windowMs = window.windowSeconds * 1000;
        const key = `${timestampMs(window.windowStart)} ${hostId}`;
        seen.add(variant, key, window.mustKeep);
      }
    }
  }
  return spec.arms.flatMap(({ variant }) =>
    variant === "baseline" ? [] : [{ variant, windowMs: seen.windowMs, processes: seen.of(variant) }],
  );
}

type Sight = { processName: string; oracleSeen: boolean; reported: boolean };

/** Sightings by arm, by "<start> <host>", by process. */
class SeenProcesses {
  windowMs = 0;
  readonly #arms = new Map<string, Map<string, Map<string, Sight>>>();

  add(variant: string, key: string, sights: readonly Sight[]): void {
    const arm = this.#arms.get(variant) ?? new Map<string, Map<string, Sight>>();
    this.#arms.set(variant, arm.set(key, new Map(sights.map((sight) => [sight.processName, sight]))));
  }

  of(variant: string): ProcessSightings[] {
    const processes = new Map<string, Map<number, boolean>>();
    for (const [key, theirs] of this.#arms.get(variant) ?? []) {
      const ours = this.#arms.get("baseline")?.get(key);
      if (ours === undefined) continue;
      for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
        const [base, candidate] = [ours.get(name), theirs.get(name)];
        if (!base?.oracleSeen && !candidate?.oracleSeen) continue;
        const missed = base?.reported === true && candidate?.reported !== true;
        if (!missed && candidate?.reported !== true) continue;
        const starts = processes.get(name) ?? new Map<number, boolean>();
        const startMs = Number(key.slice(0, key.indexOf(" ")));
        processes.set(name, starts.set(startMs, missed || starts.get(startMs) === true));
      }
    }
    return [...processes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([processName, starts]) => {
        const inOrder = [...starts].sort(([a], [b]) => a - b);
        return {
          processName,
          keptMs: inOrder.flatMap(([startMs, missed]) => (missed ? [] : [startMs])),
          missedMs: inOrder.flatMap(([startMs, missed]) => (missed ? [startMs] : [])),
        };
      });
  }
}
