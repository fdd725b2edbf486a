import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { sleep } from "@phoenix/platform/lifecycle";
import { readBootId, readProcess } from "../probes/index.ts";

/** A state directory that this process holds. */
export type StateLock = {
  /** Gives the directory back. Twice is fine. */
  release(): Promise<void>;
};

/** A pid alone is used again by strangers: the start time in ticks since a boot tells them apart. */
type ProcessIdentity = { pid: number; startTicks: number; bootId: string };
type Stage = "starting" | "held";
type Claim = { name: string; stage: Stage; pid: number };

const claimName = /^agent\.[0-9a-f-]{36}\.(starting|held)$/;
const patienceMs = 5_000;

/**
 * Takes the state directory for this process, or throws and names the agent
 * that holds it. Each starter puts a claim of its own beside the others' and
 * then looks: it gives way to a holder and to a starter of a smaller name, and
 * waits until starters of greater names, which must do the same, have given way
 * or won. So no two ever hold it, and of several starters one does. Claims of
 * the dead (pid, boot and start time together) are cleared by whoever sees them.
 */
export async function lockStateDirectory(directory: string): Promise<StateLock> {
  const own = identify(process.pid);
  if (own === null) throw new Error("/proc does not show this process; mount it for the agent");
  const stem = `agent.${randomUUID()}`;
  const [draft, starting, held] = ["tmp", "starting", "held"].map((stage) => join(directory, `${stem}.${stage}`)) as [
    string,
    string,
    string,
  ];
  await writeFile(draft, `${JSON.stringify(own)}\n`, { mode: 0o600 });
  await rename(draft, starting);
  try {
    await waitForOthers(directory, stem);
    await rename(starting, held);
  } catch (error) {
    await rm(starting, { force: true });
    throw error;
  }
  return { release: () => rm(held, { force: true }) };
}

async function waitForOthers(directory: string, stem: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const others = (await livingClaims(directory)).filter((claim) => !claim.name.startsWith(stem));
    const known = others.filter((claim) => claim.pid !== 0);
    const stronger = known.find((claim) => claim.stage === "held") ?? known.find((claim) => claim.name < stem);
    if (stronger !== undefined) throw heldBy(stronger, directory);
    const [first] = others;
    if (first === undefined) return;
    if (performance.now() > deadline) throw heldBy(first, directory);
    await sleep(10);
  }
}

async function livingClaims(directory: string): Promise<Claim[]> {
  const living: Claim[] = [];
  for (const name of await readdir(directory)) {
    const stage = claimName.exec(name)?.[1] as Stage | undefined;
    if (stage === undefined) continue;
    const claimant = await readClaimant(join(directory, name));
    // Went to another stage, or gave way, between the two looks: the next look shows which.
    if (claimant === "gone") living.push({ name, stage: "starting", pid: 0 });
    else if (claimant !== null && isAlive(claimant)) living.push({ name, stage, pid: claimant.pid });
    else await rm(join(directory, name), { force: true });
  }
  return living;
}

function identify(pid: number): ProcessIdentity | null {
  const reading = readProcess(pid);
  return reading === undefined ? null : { pid, startTicks: reading.startTicks, bootId: readBootId() };
}

function isAlive(claimant: ProcessIdentity): boolean {
  const now = identify(claimant.pid);
  return now !== null && now.startTicks === claimant.startTicks && now.bootId === claimant.bootId;
}

/** Who made a claim; null when the file is no claim, which is renamed into place whole and so never half written. */
async function readClaimant(path: string): Promise<ProcessIdentity | "gone" | null> {
  try {
    const claimant = JSON.parse(await readFile(path, "utf8")) as Partial<ProcessIdentity> | null;
    const { pid, startTicks, bootId } = claimant ?? {};
    if (pid === undefined || startTicks === undefined || bootId === undefined) return null;
    return { pid, startTicks, bootId };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "gone";
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function heldBy(holder: Claim, directory: string): Error {
  const who = holder.pid === 0 ? "Another agent" : `The agent with process id ${holder.pid}`;
  return phoenixError(
    ErrorReason.HOST_BUSY,
    `${who} already uses the state directory ${directory}. Stop it first, or give this one another --state-dir.`,
    { metadata: { stateDir: directory, pid: String(holder.pid) } },
  );
}
