import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../report/monotonic.ts";
import { countTasks, type Scene } from "./scene.ts";
import { commitAtRate } from "./task-producer.ts";

/** What is asked of the controller at once, a second. */
const wanted = { enrolments: 200, tasks: 3_000 };
const observing = { agents: 1_000, rowsPerBatch: 2 };
const acceptedMetric = "phoenix_task_reports_total";

/** Enrols hosts, gives tasks and has their ends reported, and stores observations, all at the same time; says what came of each a second. */
export async function measureTogether(scene: Scene, seconds: number): Promise<string> {
  const { site, crew, hostIds } = scene;
  const size = (await crew.all({ do: "report" })).length;
  const enrolments = wanted.enrolments * seconds;
  const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: enrolments });
  const accepted = async (): Promise<number> => (await site.metric(acceptedMetric)).get('verdict="accepted"') ?? 0;
  const { acknowledgedRows: rowsBefore } = await crew.report();
  const acceptedBefore = await accepted();

  const begunMs = nowMs();
  const { agents, rowsPerBatch } = observing;
  await crew.all({
    do: "observe",
    agents: Math.ceil(agents / size),
    untilMs: begunMs + seconds * 1000,
    rowsPerBatch,
  });
  const names = Array.from({ length: enrolments }, (_, index) => `late-${index}`);
  const enrolling = crew.one(size - 1, { do: "enroll", names, secret, atOnce: 32 }).then(() => nowMs() - begunMs);
  const producing = commitAtRate(site.db, hostIds, { rate: wanted.tasks, seconds });
  await delay(seconds * 1000);
  const reports = (await accepted()) - acceptedBefore;
  const measuredMs = nowMs() - begunMs;
  const [enrolledInMs, commits] = await Promise.all([enrolling, producing]);
  // A batch that was under way at the end is acknowledged meanwhile: not more than one an agent.
  const { acknowledgedRows } = await crew.report();
  const perSecond = (count: number, ms: number): string => Math.round((count / ms) * 1000).toLocaleString("en");
  return (
    `${perSecond(enrolments, enrolledInMs)} enrolments/s, ${perSecond(reports, measuredMs)} task reports/s ` +
    `(of ${perSecond(countTasks(commits), measuredMs)}/s committed), ` +
    `${perSecond(acknowledgedRows - rowsBefore, Math.max(enrolledInMs, measuredMs))} observation rows/s`
  );
}
