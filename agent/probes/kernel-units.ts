import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { requireLinux } from "./require-linux.ts";

/** The units in which the kernel counts for user space. */
export interface KernelUnits {
  /** Ticks a second of the CPU and start times in /proc/<pid>/stat. */
  readonly ticksPerSecond: number;
  /** Size of a memory page. */
  readonly pageBytes: number;
}

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

let units: KernelUnits | undefined;

/** The units of this kernel, read once. Throws PhoenixError where this is not Linux. */
export function kernelUnits(): KernelUnits {
  units ??= read();
  return units;
}

function read(): KernelUnits {
  requireLinux("Reading the kernel's units");
  const auxv = parseAuxv(readFileSync("/proc/self/auxv"), process.arch === "arm" || process.arch === "ia32" ? 4 : 8);
  // What Linux uses on every architecture that Node runs on, should a kernel leave an entry out.
  return { ticksPerSecond: auxv.get(AT_CLKTCK) ?? 100, pageBytes: auxv.get(AT_PAGESZ) ?? 4096 };
}

/** Reads pairs of machine words, as getauxval(3) describes them. */
function parseAuxv(bytes: Buffer, wordBytes: 4 | 8): Map<number, number> {
  const little = endianness() === "LE";
  const word = (at: number): number => {
    if (wordBytes === 4) return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
  const entries = new Map<number, number>();
  for (let at = 0; at + 2 * wordBytes <= bytes.length; at += 2 * wordBytes) {
    entries.set(word(at), word(at + wordBytes));
  }
  return entries;
}
