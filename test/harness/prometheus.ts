import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { findPrometheus } from "./find-prometheus.ts";
import { freePort } from "./free-port.ts";

/** A Prometheus that takes remote writes, on loopback, in a folder of its own. */
export type RunningPrometheus = {
  url: string;
  remoteWriteUrl: string;
  /** What it says its version is; empty where it was built without one. */
  version: string;
  /** Ends it and removes its folder; twice is fine. */
  stop(): Promise<void>;
};

const graceMs = 15_000;

/** Starts a real Prometheus and waits until it is ready. Getting one the first time may take minutes. */
export async function startPrometheus(): Promise<RunningPrometheus> {
  const binary = await findPrometheus();
  const folder = await mkdtemp(join(tmpdir(), "phoenix-prometheus-"));
  const config = join(folder, "prometheus.yml");
  await writeFile(config, "global: {}\n");
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    binary,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--web.enable-remote-write-receiver",
    ],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"], env: { PATH: process.env.PATH ?? "" } },
  );
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-20_000);
  });
  const ended = once(child, "close");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await ended.finally(() => clearTimeout(kill));
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://${address}`;
  try {
    const version = await eventually("Prometheus to be ready", async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${words}`);
      if (!(await fetch(`${url}/-/ready`)).ok) return undefined;
      const { data } = (await (await fetch(`${url}/api/v1/status/buildinfo`)).json()) as { data: { version: string } };
      return data.version;
    });
    return { url, remoteWriteUrl: `${url}/api/v1/write`, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
