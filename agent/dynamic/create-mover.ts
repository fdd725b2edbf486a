import { cpus } from "node:os";
import { scanProcesses } from "../oracle/index.ts";
import { type HostCpu, kernelUnits, readHostCpu } from "../probes/index.ts";
import { createLevelMover } from "./level-mover.ts";
import type { Mover } from "./mover.ts";
import { createRankMover } from "./rank-mover.ts";
import type { MovingPolicy } from "./read-policy.ts";

/** Creates the mover of a policy on this host. */
export function createMover(
  { move, mustKeep }: MovingPolicy,
  intervalMs: number,
  clock: { wallMs(): number; monotonicMs(): number },
  readCpu: () => HostCpu = () => readHostCpu(),
): Mover {
  const cpuCount = Math.max(1, cpus().length);
  if (move.kind === "top-k")
    return createRankMover(move, mustKeep, { scan: scanProcesses, units: kernelUnits, cpuCount });
  return createLevelMover(move, intervalMs, {
    readCpu,
    cpuCount,
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
  });
}
