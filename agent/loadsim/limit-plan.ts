import { fillPeakRatio, type LoadLimits, processOverheadBytes } from "./load-limits.ts";
import type { LimitedPlan, LoadPlan, LoadProcessPlan } from "./load-plan.ts";

/**
 * Makes a plan smaller until it is within its limits, and says in words what was
 * made smaller. Pure. Spikes have what the processes leave; of each kind one
 * goes on at a time.
 */
export function limitPlan(plan: LoadPlan, limits: LoadLimits): LimitedPlan {
  const reductions: string[] = [];
  const lower = (what: string, wanted: number, most: number, unit: (amount: number) => string): number => {
    if (wanted <= most) return wanted;
    reductions.push(`${what} ${unit(Math.max(0, most))} instead of ${unit(wanted)}, the limit of this host`);
    return Math.max(0, most);
  };

  const mostByMemory = Math.floor(limits.memoryBytes / processOverheadBytes);
  const mostProcesses = Math.max(1, Math.min(limits.processes, mostByMemory));
  const count = lower("processes:", plan.processes.length, mostProcesses, String);
  const kept = plan.processes.slice(0, count);

  const spawnsPerSecond = lower("spawns:", plan.churn?.spawnsPerSecond ?? 0, limits.spawnsPerSecond, perSecond);
  const mostAlive = Math.min(plan.churn?.mostAlive ?? 0, Math.max(0, mostProcesses - count));
  const shortBytes = Math.max(0, ...(plan.churn?.choices ?? []).map(({ process }) => process.memoryBytes));

  const overheadBytes = (count + mostAlive) * processOverheadBytes;
  const wantedBytes = kept.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) + mostAlive * shortBytes;
  const filledBytes = lower("memory filled:", wantedBytes, (limits.memoryBytes - overheadBytes) / fillPeakRatio, inMib);
  const memoryScale = wantedBytes > filledBytes ? filledBytes / wantedBytes : 1;

  const wantedCpu = kept.reduce((sum, { cpuRatio }) => sum + cpuRatio, 0) + churnCpuRatio(plan, spawnsPerSecond);
  const cpuRatio = lower("CPU:", wantedCpu, limits.cpuRatio, inCores);
  const cpuScale = wantedCpu > cpuRatio ? cpuRatio / wantedCpu : 1;
  const scaled = (process: LoadProcessPlan): LoadProcessPlan => ({
    ...process,
    cpuRatio: process.cpuRatio * cpuScale,
    memoryBytes: Math.floor(process.memoryBytes * memoryScale),
  });

  const { chaos } = plan;
  const spikes = chaos && {
    ...chaos,
    cpuSpikeRatio: lower("CPU spikes:", chaos.cpuSpikeRatio, limits.cpuRatio - cpuRatio, inCores),
    memorySpikeBytes: lower(
      "memory spikes:",
      chaos.memorySpikeBytes,
      Math.floor(limits.memoryBytes - overheadBytes - filledBytes * fillPeakRatio),
      inMib,
    ),
  };
  return {
    plan: {
      ...plan,
      processes: kept.map(scaled),
      ...(plan.churn && {
        churn: {
          spawnsPerSecond,
          mostAlive,
          choices: plan.churn.choices.map(({ weight, process }) => ({ weight, process: scaled(process) })),
        },
      }),
      ...(spikes && { chaos: spikes }),
    },
    reductions,
  };
}

/** CPU time of what comes and goes, on average. */
function churnCpuRatio({ churn, shortLifetimeMs: [fromMs, toMs] }: LoadPlan, spawnsPerSecond: number): number {
  if (churn === undefined) return 0;
  const weights = churn.choices.reduce((sum, { weight }) => sum + weight, 0);
  const perProcess = churn.choices.reduce((sum, { weight, process }) => sum + weight * process.cpuRatio, 0) / weights;
  return (spawnsPerSecond * perProcess * (fromMs + toMs)) / 2_000;
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}

function inCores(ratio: number): string {
  return `${ratio.toFixed(2)} of a core`;
}

function perSecond(rate: number): string {
  return `${rate} a second`;
}
