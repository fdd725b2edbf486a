import { showQuantiles } from "../report/quantiles.ts";
import { misbehaviours } from "./misbehaviour.ts";
import { collectLatencies, type Scene } from "./scene.ts";
import { commitAtRate, commitBatch } from "./task-producer.ts";

/** More than the outbox of an agent, and what the connection takes besides. */
const tasksForSlowReader = 1_500;
const slowReadersGivenTasks = 2;
const endingsMetric = "phoenix_agent_session_endings_total";

/**
 * Makes 5 % of the agents of one process go wrong in every way there is, and
 * stops another process altogether. Then gives tasks to the rest, and says how
 * those fared and what became of the server and of the others' sessions.
 */
export async function measureMisbehaviour({ site, crew, hostIds, agents }: Scene): Promise<string> {
  const size = (await crew.all({ do: "report" })).length;
  const part = Math.ceil(agents / size);
  const each = Math.max(slowReadersGivenTasks, Math.floor((part * 0.05) / misbehaviours.length));
  const rssBefore = site.usage().rssBytes;
  const before = await site.metric(endingsMetric);
  await crew.one(0, { do: "misbehave", how: [...misbehaviours], each });
  crew.freeze(size - 1);
  // The agents of a process are the identities it enrolled, in their order; slow readers come first.
  for (const hostId of hostIds.slice(0, slowReadersGivenTasks)) {
    const many = Array.from({ length: tasksForSlowReader }, () => hostId);
    await commitBatch(site.db, many, new Map(), { maxAttempts: 1 });
  }
  const good = hostIds.slice(each * misbehaviours.length, part * (size - 1));
  const commits = await commitAtRate(site.db, good, { rate: 200, seconds: 20 });
  const latencies = await collectLatencies(crew, commits);
  const after = await site.metric(endingsMetric);
  const endings = [...after].flatMap(([labels, count]) => {
    const more = count - (before.get(labels) ?? 0);
    return more > 0 ? `${/cause="([^"]*)"/.exec(labels)?.[1] ?? labels} ${more}` : [];
  });
  const grown = (site.usage().rssBytes - rssBefore) / 1e6;
  return (
    `${showQuantiles(latencies)} ms for the ${good.length} that behave, at 200 tasks/s; beside them ${each} each of ` +
    `${misbehaviours.join(", ")} and ${agents - part * (size - 1)} half-open. Sessions ended by the server: ${endings.join(", ")}; ` +
    `RSS ${grown < 0 ? "−" : "+"}${Math.abs(grown).toFixed(0)} MB`
  );
}
