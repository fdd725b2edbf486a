import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** The machine and its load, in one line. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() || "unknown processor";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} × ${model}, ${memory}, ${platform()} ${release()} ${arch()}, Node ${process.versions.node}, load ${(loadavg()[0] ?? 0).toFixed(2)} at the end`;
}
