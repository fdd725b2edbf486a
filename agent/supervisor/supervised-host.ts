import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { ScriptedProcess } from "../launcher/index.ts";
import type { CollectorSnapshot, CollectorSpec } from "./collector-spec.ts";
import { createScriptedHost, type ScriptedHost } from "./scripted-host.ts";
import type { Supervisor } from "./supervisor.ts";

type Applied = Awaited<ReturnType<Supervisor["apply"]>>;
type Started = Awaited<ReturnType<Supervisor["start"]>>;

/** A scripted host with a started supervisor on it, and what specs ask of its one collector, "active". */
export interface SupervisedHost {
  readonly host: ScriptedHost;
  /** That of the agent that runs now. */
  readonly supervisor: Supervisor;
  /** Applies a spec whose configuration is this text. */
  apply(text: string, different?: Partial<CollectorSpec>): Promise<Applied>;
  only(): CollectorSnapshot | undefined;
  /** The process that was launched last. */
  last(): ScriptedProcess | undefined;
  /** Says whether the collector is in a state. */
  state(wanted: CollectorState): () => boolean;
  /** The text of a file in the collector's folder. */
  onDisk(name: string): Promise<string>;
  /** Ends the agent and leaves what runs running. */
  leave(): Promise<void>;
  /** Starts the next agent. */
  restart(): Promise<Started>;
  /** Stops everything and removes the host; gives the processes that run all the same. */
  remove(): Promise<ScriptedProcess[]>;
}

/** Creates such a host. */
export async function createSupervisedHost(): Promise<SupervisedHost> {
  const host = await createScriptedHost();
  let supervisor = host.createSupervisor();
  await supervisor.start();
  const only = () => supervisor.list()[0];
  return {
    host,
    get supervisor() {
      return supervisor;
    },
    apply: (text, different = {}) => host.finish(supervisor.apply(host.spec(text, different))),
    only,
    last: () => host.launcher.launched.at(-1),
    state: (wanted) => () => only()?.state === wanted,
    onDisk: (name) => readFile(join(host.stateDir, "collectors", "active", name), "utf8"),
    leave: () => host.finish(supervisor.stop({ stopCollectors: false })),
    restart() {
      supervisor = host.createSupervisor();
      return host.finish(supervisor.start());
    },
    async remove() {
      await host.finish(supervisor.stop({ stopCollectors: true }));
      const left = host.running();
      await host.remove();
      return left;
    },
  };
}
