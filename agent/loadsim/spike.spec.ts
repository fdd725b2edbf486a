import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { readProcessStat } from "../probes/index.ts";
import { createLoadCrew, type LoadCrew } from "./load-crew.ts";
import type { ChaosPlan } from "./load-plan.ts";

/** Like stress-ng it works in processes of its own that do not end with it; it notes what it was told. */
const standIn = `#!/bin/sh
printf '%s\\n' "$*" >> "\${0%/*}/told"
sleep 3600 &
printf '%s\\n%s\\n' "$$" "$!" >> "\${0%/*}/pids"
wait
`;

describe("spikes where stress-ng is on the PATH", () => {
  const pathBefore = process.env.PATH;
  let folder: string;
  let crew: LoadCrew | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-spike-"));
    writeFileSync(join(folder, "stress-ng"), standIn);
    chmodSync(join(folder, "stress-ng"), 0o755);
    process.env.PATH = `${folder}${delimiter}${pathBefore}`;
  });
  afterEach(async () => {
    process.env.PATH = pathBefore;
    await crew?.stop();
    await rm(folder, { recursive: true });
  });

  const noted = (file: string): string[] => {
    const path = join(folder, file);
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  };

  /** What was begun and still runs; a zombie only waits for init. */
  const running = (): string[] =>
    noted("pids").filter((pid) => {
      const stat = readProcessStat(Number(pid));
      return stat !== undefined && stat.state !== "Z";
    });

  async function until(met: () => boolean): Promise<void> {
    const deadlineMs = performance.now() + 20_000;
    while (!met()) {
      if (performance.now() > deadlineMs) throw new Error("not met within 20 s");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function start(chaos: Partial<ChaosPlan>): Promise<LoadCrew> {
    const calm = { killsPerMinute: 0, cpuSpikesPerMinute: 0, cpuSpikeRatio: 0, memorySpikesPerMinute: 0 };
    crew = createLoadCrew({
      plan: {
        processes: [],
        shortLifetimeMs: [1, 2],
        seed: 1,
        chaos: { ...calm, memorySpikeBytes: 0, spikeDurationMs: 60_000, stressNg: true, ...chaos },
      },
      folder,
    });
    await crew.start();
    return crew;
  }

  it("are stress-ng's, told how much and for how long, and nothing of it is left after a stop", async () => {
    const spiky = await start({
      ...{ cpuSpikesPerMinute: 600, cpuSpikeRatio: 1.5 },
      ...{ memorySpikesPerMinute: 600, memorySpikeBytes: 64 * 2 ** 20 },
    });
    await until(() => noted("pids").length === 4);
    expect(noted("told").sort()).to.deep.equal([
      `--cpu 2 --cpu-load 75 --timeout 60s --temp-path ${folder}`,
      `--vm 1 --vm-bytes 67108864 --vm-keep --vm-hang 0 --timeout 60s --temp-path ${folder}`,
    ]);
    expect(spiky.members.map(({ name }) => name)).to.deep.equal(["stress-ng", "stress-ng"]);
    expect(running()).to.have.lengthOf(4);
    await spiky.stop();
    await until(() => running().length === 0);
  });

  it("end when their time is up, whatever stress-ng makes of it", async () => {
    await start({ cpuSpikesPerMinute: 600, cpuSpikeRatio: 0.5, spikeDurationMs: 300 });
    await until(() => noted("pids").length >= 6);
    // The first two are long over; others may have begun.
    const first = noted("pids").slice(0, 2);
    await until(() => !running().some((pid) => first.includes(pid)));
  });
});
