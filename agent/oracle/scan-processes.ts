import { readdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isKernelThread, readIoBytes, readProcessStat, readProcFile, requireLinux } from "../probes/index.ts";
import { COMM_BYTES, collectorProcessName } from "./process-name.ts";

/** One process as one scan saw it. */
export interface ProcessSighting {
  readonly pid: number;
  /** When it started, in ticks since boot. */
  readonly startTicks: number;
  /** Its name as a collector reports it. */
  readonly name: string;
  /** It has ended and waits for its parent to take note. */
  readonly zombie: boolean;
  /** CPU time used so far, in ticks. */
  readonly cpuTicks: number;
  /** Resident memory, in pages. */
  readonly rssPages: number;
  /** Bytes read from and written to storage so far; 0 unless they were asked for, and where this user may not know. */
  readonly ioBytes: number;
}

/** What a scan looks at besides. */
export interface ScanOptions {
  /** Also each process's I/O, for about as much time again. Default no. */
  readonly io?: boolean;
  /** Where proc is mounted. */
  readonly procRoot?: string;
}

/** After this many processes other work gets a turn: about 1 ms. */
const PROCESSES_PER_TURN = 64;
/** Enough for any file name in argv[0]. */
const argv = Buffer.allocUnsafe(8192);

/**
 * Lists the processes of this host, about 12 µs each. Threads of the kernel
 * are left out: their names change with the work they do, so no pipeline can be
 * held to them. A process that ends meanwhile is left out too. Processes hidden
 * from this user (hidepid) are not seen; run agent and collector as the same
 * user. Throws PhoenixError (UNIMPLEMENTED) where this is not Linux.
 */
export async function scanProcesses({ io = false, procRoot = "/proc" }: ScanOptions = {}): Promise<ProcessSighting[]> {
  requireLinux("Scanning processes");
  const sightings: ProcessSighting[] = [];
  let read = 0;
  for (const entry of readdirSync(procRoot)) {
    const first = entry.charCodeAt(0);
    if (first < 0x31 || first > 0x39) continue;
    if (++read % PROCESSES_PER_TURN === 0) await nextTurn();
    const pid = Number(entry);
    const stat = readProcessStat(pid, procRoot);
    if (stat === undefined || isKernelThread(stat)) continue;
    const argv0 = stat.commBytes >= COMM_BYTES ? readArgv0(`${procRoot}/${entry}/cmdline`) : undefined;
    sightings.push({
      pid,
      startTicks: stat.startTicks,
      name: collectorProcessName(stat.comm, stat.commBytes, argv0),
      zombie: stat.state === "Z" || stat.state === "X",
      cpuTicks: stat.cpuTicks,
      rssPages: stat.rssPages,
      ioBytes: io ? readIoBytes(pid, procRoot) : 0,
    });
  }
  return sightings;
}

function readArgv0(path: string): string | undefined {
  const length = readProcFile(path, argv);
  if (length <= 0) return undefined;
  const end = argv.subarray(0, length).indexOf(0);
  return argv.toString("utf8", 0, end < 0 ? length : end);
}
