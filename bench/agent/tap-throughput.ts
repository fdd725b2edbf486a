import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import { createLogger } from "@phoenix/platform/logging";
import { scrapeOf, writeBackwards } from "../../agent/tap/fixture/index.ts";
import { createTap } from "../../agent/tap/index.ts";

/** How fast the tap reads one kind of body. */
export interface TapThroughput {
  /** "identity" or "gzip". */
  readonly encoding: "identity" | "gzip";
  /** Data points in one body. */
  readonly pointsPerBody: number;
  /** Bytes of one body, uncompressed. */
  readonly bodyBytes: number;
  /** Data points for each second of CPU that the tap's process used, the whole HTTP loop included: what one core does. */
  readonly pointsPerCpuSecond: number;
  /** Data points for each second on the clock, with the sender on another core where there is one. */
  readonly pointsPerSecond: number;
  /** Resident memory of the tap's process at the end. */
  readonly rssBytes: number;
}

/** What to measure. */
export interface TapThroughputOptions {
  /** Processes on the synthetic host; 11 points each. Default 2,045. */
  readonly processes?: number;
  /** Bodies sent for each encoding, after a tenth as many to warm up. Default 100. */
  readonly bodies?: number;
}

/**
 * Measures the tap with a synthetic scrape that another process sends over
 * HTTP, plain and under gzip. The tap runs in this process, which should do
 * nothing else meanwhile.
 */
export async function measureTapThroughput(options: TapThroughputOptions = {}): Promise<TapThroughput[]> {
  const { processes = 2_045, bodies = 100 } = options;
  const body = writeBackwards(scrapeOf(processes));
  const results: TapThroughput[] = [];
  for (const encoding of ["identity", "gzip"] as const) {
    const tap = createTap({ logger: createLogger({ name: "bench", level: "error" }) });
    await tap.start();
    try {
      const windows = { dataPoints: 0 };
      const arm = tap.open({
        collectorId: "bench",
        windowMs: 1_000,
        mustKeep: [/^(?:postgres|payment-api)$/],
        onWindow: (window) => {
          windows.dataPoints += window.dataPoints;
        },
      });
      const order = {
        url: arm.url,
        bodyBase64: Buffer.from(encoding === "gzip" ? gzipSync(body) : body).toString("base64"),
        headers: { "content-type": "application/x-protobuf", "content-encoding": encoding },
      };
      await sendFromChild({ ...order, requests: Math.ceil(bodies / 10) });
      const { cpuSeconds, wallSeconds } = await sendFromChild({ ...order, requests: bodies });
      // Two windows on, so that what was sent is in windows that were handed over.
      tap.roll(Date.now() + 2_000);
      const sent = processes * 11 * (bodies + Math.ceil(bodies / 10));
      if (windows.dataPoints !== sent) {
        throw new Error(`The tap counted ${windows.dataPoints} of ${sent} points; the figure would mean nothing.`);
      }
      results.push({
        encoding,
        pointsPerBody: processes * 11,
        bodyBytes: body.length,
        pointsPerCpuSecond: Math.round((processes * 11 * bodies) / cpuSeconds),
        pointsPerSecond: Math.round((processes * 11 * bodies) / wallSeconds),
        rssBytes: process.memoryUsage.rss(),
      });
    } finally {
      await tap.stop();
    }
  }
  return results;
}

async function sendFromChild(order: object): Promise<{ cpuSeconds: number; wallSeconds: number }> {
  const child = fork(new URL("./tap-sender.ts", import.meta.url));
  try {
    await nextMessage(child);
    const cpuBefore = process.cpuUsage();
    const begunMs = performance.now();
    child.send(order);
    const answer = await nextMessage(child);
    if (answer !== "done") throw new Error(`The sender of the measurement ${String(answer)}.`);
    const cpu = process.cpuUsage(cpuBefore);
    return { cpuSeconds: (cpu.user + cpu.system) / 1e6, wallSeconds: (performance.now() - begunMs) / 1_000 };
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    }
  }
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`The sender of the measurement ended with code ${code}.`)));
  });
}

if (import.meta.main) console.table(await measureTapThroughput());
