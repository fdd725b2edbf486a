import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { configDigest } from "../configs/index.ts";
import { createScriptedLauncher, type Script, type ScriptedLauncher, type ScriptedProcess } from "../launcher/index.ts";
import type { CollectorSnapshot, CollectorSpec } from "./collector-spec.ts";
import { exampleSpec } from "./example-spec.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

/** A host for tests on which nothing is real but the files: pretended processes, a clock moved by hand. */
export interface ScriptedHost {
  readonly stateDir: string;
  readonly clock: ManualClock;
  readonly launcher: ScriptedLauncher;
  readonly changes: CollectorSnapshot[];
  readonly lines: string[];
  readonly fetched: string[];
  /** Says whether a running process answers its health check; all do at first. */
  healthy: (process: ScriptedProcess) => boolean;
  /** A new agent on this host. */
  createSupervisor(): Supervisor;
  /** A spec whose configuration is this text: "invalid ..." is refused, "unruly ..." breaks a rule, "doubtful ..." is warned of, "dies ..." ends at once, "deaf ..." ignores SIGTERM. */
  spec(text: string, different?: Partial<CollectorSpec>): CollectorSpec;
  /** Moves the clock until the work is done. */
  finish<T>(work: Promise<T>): Promise<T>;
  /** The processes that run. */
  running(): ScriptedProcess[];
  remove(): Promise<void>;
}

/** Creates such a host in a temporary folder. */
export async function createScriptedHost(): Promise<ScriptedHost> {
  const stateDir = await mkdtemp(join(tmpdir(), "phoenix-supervisor-"));
  const clock = createManualClock();
  const texts = new Map<string, string>();
  const launcher = createScriptedLauncher((command) => scriptOf(readFileSync(command.args[1] ?? "", "utf8")));
  const running = (): ScriptedProcess[] => launcher.launched.filter((process) => !process.ended);

  const host: ScriptedHost = {
    stateDir,
    clock,
    launcher,
    changes: [],
    lines: [],
    fetched: [],
    healthy: () => true,
    running,
    createSupervisor: () =>
      createSupervisor({
        binary: { path: "/opt/otelcol", version: "0.160.0", source: "env" },
        stateDir,
        hostId: "h-1",
        hostName: "web-1",
        logger: createLogger({ name: "test", level: "silent" }),
        launcher,
        clock,
        env: { PATH: "/usr/bin", HOME: "/root" },
        async fetchConfig(digest) {
          host.fetched.push(digest);
          return new TextEncoder().encode(texts.get(digest));
        },
        async probe(port) {
          const process = running().find((one) => one.command.env.PHX_HEALTH_PORT === String(port));
          return process !== undefined && host.healthy(process);
        },
        async validate(_binary, yaml, env) {
          return yaml.startsWith("invalid")
            ? { ok: false, words: `unknown processor, delivering to ${env.PHX_TAP_URL}` }
            : { ok: true };
        },
        checkRules: (text) =>
          (["unruly", "doubtful"] as const)
            .filter((word) => text.startsWith(word))
            .map((word) => ({
              severity: word === "unruly" ? "error" : "warning",
              rule: "plain-words",
              path: "exporters.debug",
              line: 6,
              column: 3,
              message: `It is ${word}.`,
              suggestion: "Write another.",
            })),
        onChange: (snapshot) => host.changes.push(snapshot),
        onLog: (_collectorId, line) => host.lines.push(line),
      }),
    spec(text, different = {}) {
      const digest = configDigest(text);
      texts.set(digest, text);
      return exampleSpec({ configDigest: digest, ...different });
    },
    async finish(work) {
      let done = false;
      const settled = work.finally(() => {
        done = true;
      });
      // The clock only watches; the caller gets the failure from the promise itself.
      settled.catch(() => undefined);
      await clock.runUntil(() => done);
      return settled;
    },
    remove: () => rm(stateDir, { recursive: true, force: true }),
  };
  return host;
}

function scriptOf(text: string): Script {
  if (text.startsWith("dies"))
    return { output: "Error: cannot start pipelines: no such file\n", exit: { code: 1, signal: null } };
  if (text.startsWith("deaf")) return { ignores: ["SIGTERM"] };
  return { output: "Everything is ready, delivering to http://127.0.0.1:4318/a-secret-token/v1/metrics\n" };
}
