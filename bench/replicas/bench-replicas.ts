import type { BenchOptions, Say } from "../bench-options.ts";
import { type ControllerSite, createControllerSite } from "../fleet/controller-site.ts";
import { type Crew, createCrew } from "../fleet/crew.ts";
import { collectLatencies } from "../fleet/scene.ts";
import { commitAtRate } from "../fleet/task-producer.ts";
import { nowMs } from "../report/monotonic.ts";
import { showQuantiles } from "../report/quantiles.ts";

/** One replica and the agents that dial it. */
type Half = { site: ControllerSite; crew: Crew; hostIds: string[] };

/** A fleet over two controller processes that share a PostgreSQL: that all connect, what each holds, and what tasks wait. */
export async function benchReplicas(say: Say, options: BenchOptions): Promise<string> {
  const { agents = 20_000, rate = 1_000, seconds = 20 } = options;
  const first = await createControllerSite();
  const halves: Half[] = [];
  try {
    const second = await createControllerSite(first);
    for (const site of [first, second]) {
      await site.start();
      halves.push({ site, crew: await createCrew(2, { host: "127.0.0.1", port: site.agentPort }), hostIds: [] });
    }
    const part = Math.ceil(agents / 2);
    const { secret } = await first.client.fleet.createEnrollmentToken({ maxUses: 2 * part });
    for (const [index, half] of halves.entries()) {
      const names = Array.from({ length: part }, (_, n) => `replica-${index}-${n}`);
      half.hostIds = (await half.crew.enroll(names, secret, 64)).map(({ hostId }) => hostId);
    }
    say(`${2 * part} agents are enrolled`);
    const empty = halves.map(({ site }) => site.usage().rssBytes);
    const begunMs = nowMs();
    await Promise.all(halves.map(({ crew }) => crew.all({ do: "dial", count: Math.ceil(part / 2), atOnce: 32 })));
    const connectedMs = nowMs() - begunMs;
    const connected = await Promise.all(halves.map(async ({ crew }) => (await crew.report()).connected));
    say(`${connected.join(" and ")} are connected after ${(connectedMs / 1000).toFixed(1)} s`);
    const held = halves.map(({ site }, index) => (site.usage().rssBytes - (empty[index] ?? 0)) / part / 1000);
    const latencies = await Promise.all(
      halves.map(async ({ site, crew, hostIds }) => {
        await crew.report();
        return collectLatencies(crew, await commitAtRate(site.db, hostIds, { rate: rate / 2, seconds }));
      }),
    );
    const reports = await Promise.all(halves.map(({ crew }) => crew.report()));
    const double = reports.reduce((sum, { doubleEffects }) => sum + doubleEffects, 0);
    return [
      `${(2 * part).toLocaleString("en")} simulated agents over two controller processes and one PostgreSQL, all on this machine.`,
      "",
      "| | measured |",
      "|---|---|",
      `| connected | ${connected.map((count) => count.toLocaleString("en")).join(" + ")}, in ${(connectedMs / 1000).toFixed(1)} s |`,
      `| RSS that a stream adds, of each process | ${held.map((kb) => `${kb.toFixed(0)} KB`).join(", ")} |`,
      `| commit → agent at ${rate} tasks/s | ${showQuantiles(latencies.flat())} |`,
      `| tries with more than one effect | ${double} of ${reports.reduce((sum, { effects }) => sum + effects, 0)} |`,
    ].join("\n");
  } finally {
    for (const { crew } of halves) await crew.stop();
    // The database belongs to the first.
    for (const { site } of halves.slice(1)) await site.close();
    await first.close();
  }
}
