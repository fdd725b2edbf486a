import { showQuantiles } from "../report/quantiles.ts";
import { misbehaviours } from "./misbehaviour.ts";
import { collectLatencies, type Scene } from "./scene.ts";
import { commitAtRate } from "./task-producer.ts";

/**
 * Makes 5 % of the agents of one process go wrong in every way there is, and
 * stops another process altogether. Then gives tasks to the rest, and says how
 * those fared and what became of the server and of the others' sessions.
 */
export async function measureMisbehaviour({ site, crew, hostIds, agents, say }: Scene): Promise<string> {
  const size = (await crew.all({ do: "report" })).length;
  const part = Math.ceil(agents / size);
  const each = Math.max(1, Math.floor((part * 0.05) / misbehaviours.length));
  const before = site.usage().rssBytes;
  await crew.one(0, { do: "misbehave", how: [...misbehaviours], each });
  crew.freeze(size - 1);
  const good = hostIds.slice(each * misbehaviours.length, part * (size - 1));
  const commits = await commitAtRate(site.db, good, { rate: 200, seconds: 20 });
  const latencies = await collectLatencies(crew, commits);
  const { endings } = await crew.report();
  say(`endings as agents saw them: ${JSON.stringify(endings)}`);
  const grown = (site.usage().rssBytes - before) / 1e6;
  return `${showQuantiles(latencies)} ms for the ${good.length} that behave at 200 tasks/s; ${each} each of ${misbehaviours.join(", ")}, ${agents - part * (size - 1)} half-open; server ${grown < 0 ? "" : "+"}${grown.toFixed(0)} MB`;
}
