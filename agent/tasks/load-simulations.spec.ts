import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import type { createLoadSimulation, LoadSimulationStatus } from "../loadsim/index.ts";
import { createLoadSimulations, type LoadSimulations } from "./index.ts";

/** A load that runs nothing. */
const createNothing = ((): ReturnType<typeof createLoadSimulation> => {
  const ended = Promise.withResolvers<LoadSimulationStatus>();
  const status = (): LoadSimulationStatus => ({
    state: "running",
    members: [],
    spawned: 0,
    detail: "",
    failure: "",
    hostPid: 0,
  });
  return {
    start: async () => ({ processNames: [], longLivedNames: [], count: 0, detail: "" }),
    stop: async () => ended.resolve(status()),
    status,
    ended: ended.promise,
  };
}) as typeof createLoadSimulation;

describe("the load simulations of a host, after a restart of the agent", () => {
  let directory: string;
  let loads: LoadSimulations;
  const lines: string[] = [];

  beforeEach(async () => {
    lines.length = 0;
    directory = await mkdtemp(join(tmpdir(), "phoenix-loads-"));
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ name: "test", level: "warn", destination });
    loads = createLoadSimulations({ directory, logger, create: createNothing, now: () => 1_000 });
  });
  afterEach(async () => {
    await loads.close();
    await rm(directory, { recursive: true });
  });

  const path = () => join(directory, "loadsims.json");
  const noted = { id: "load-1", definition: { name: "server" }, processes: 3, seed: "7", endsAtMs: 2_000 };

  it("run again until their time is up", async () => {
    await writeFile(path(), JSON.stringify([noted, { ...noted, id: "load-2", endsAtMs: 1_000 }]));
    await loads.restore();
    expect(loads.running()).to.deep.equal(["load-1"]);
    expect(JSON.parse(await readFile(path(), "utf8"))).to.deep.equal([noted]);
    expect(lines).to.deep.equal([]);
  });

  for (const [what, damaged] of [
    ["another kind of profile", { ...noted, id: "load-2", definition: { shape: "unheard of" } }],
    ["no whole number of processes", { ...noted, id: "load-2", processes: 1.5 }],
    ["nothing in it", null],
  ] as const) {
    it(`run again but for one with ${what}, which is told`, async () => {
      await writeFile(path(), JSON.stringify([damaged, noted]));
      await loads.restore();
      expect(loads.running()).to.deep.equal(["load-1"]);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.contain("is not started again").and.to.contain(path());
    });
  }

  for (const text of ["{", "{}"]) {
    it(`are told to be forgotten when all there is of them is ${text}`, async () => {
      await writeFile(path(), text);
      await loads.restore();
      expect(loads.running()).to.deep.equal([]);
      expect(lines.join("")).to.contain("is damaged; none is started again");
    });
  }
});
