import { readFileSync } from "node:fs";
import { cpus, hostname, release, totalmem } from "node:os";
import { requireLinux } from "./require-linux.ts";

/** What an agent tells about its host. */
export interface HostFacts {
  /** The host's own name. */
  readonly hostName: string;
  /** "linux". */
  readonly os: string;
  /** Processor architecture as Node names it: "x64", "arm64". */
  readonly arch: string;
  /** Release of the kernel. */
  readonly kernel: string;
  /** Logical processors. */
  readonly cpuCount: number;
  /** Memory of the machine, in bytes. */
  readonly memoryBytes: number;
  /** Random id of this boot; another one after every restart of the host. */
  readonly bootId: string;
}

/** Facts of this host. Throws PhoenixError (UNIMPLEMENTED) where this is not Linux. */
export function readHostFacts(): HostFacts {
  return {
    hostName: hostname(),
    os: process.platform,
    arch: process.arch,
    kernel: release(),
    cpuCount: Math.max(1, cpus().length),
    memoryBytes: totalmem(),
    bootId: readBootId(),
  };
}

/** The id of this boot, a UUID. Throws PhoenixError (UNIMPLEMENTED) where this is not Linux. Source: random(4). */
export function readBootId(): string {
  requireLinux("Telling one boot of the host from another");
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
