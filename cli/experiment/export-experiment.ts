import { toJson } from "@bufbuild/protobuf";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ArmPanelSchema, KpiSeriesSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { type Experiment, ExperimentEventSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { GetRealisedSavingResponseSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import { gatherReportData, panelPages, type ReportClient, type ReportData, reportDocument } from "@phoenix/report";
import { followEvents } from "./follow-events.ts";

type Context = { client: ReportClient; signal: AbortSignal; phoenixVersion: string; say: (line: string) => void };

/** Name and version of the document's layout; docs/cli.md describes it. */
const layout = "phoenix.experiment/v1";

/**
 * Everything of an experiment as the text of one JSON document, piece by piece:
 * a long panel is never held whole. A part that is not there has no key.
 */
export async function* exportExperiment(context: Context, experimentId: string): AsyncGenerator<string> {
  const { client, say, signal } = context;
  const data = await gatherReportData(client, experimentId, { figuresOnly: true }, signal);
  const { experiment } = data;
  const head = { layout, exportTime: new Date().toISOString(), phoenixVersion: context.phoenixVersion };
  yield `{\n${fields({ ...head, ...reportDocument(data) })}`;
  say(`${experimentId}: experiment, ${data.verdicts.length} verdicts, ${data.costs.length} price books`);
  yield* list("certificates", certificatesOf(context, data));
  const realised = await realisedSaving(context, experiment);
  if (realised !== undefined) yield `,\n${fields({ realisedSaving: realised })}`;
  yield* list("kpiSeries", seriesOf(context, experimentId));
  yield* list("events", eventsOf(context, experiment));
  yield* list("panel", panelOf(context, experimentId));
  yield "\n}\n";
}

function fields(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(",\n");
}

/** A list an entry a line; nothing of a list without entries. */
async function* list(name: string, entries: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = `,\n${JSON.stringify(name)}: [\n`;
  for await (const entry of entries) {
    yield `${before}${JSON.stringify(entry)}`;
    before = ",\n";
  }
  if (before === ",\n") yield "\n]";
}

async function* certificatesOf({ client, say, signal }: Context, { experiment, verdicts }: ReportData) {
  const { experimentId } = experiment;
  for (const { variant, decision } of verdicts) {
    if (decision === Decision.CONTINUE) continue;
    const answer = await ifThere(client.analytics.issueCertificate({ experimentId, variant }, { signal }), say);
    // As it was issued, byte by byte: written to a file it can be verified.
    if (answer !== undefined) yield { variant, certificate: new TextDecoder().decode(answer.certificate) };
  }
}

async function realisedSaving({ client, say, signal }: Context, { experimentId, hosts, promoteTime }: Experiment) {
  if (promoteTime === undefined || !hosts.some(({ heldBack }) => heldBack)) return undefined;
  const answer = await ifThere(client.experiments.getRealisedSaving({ experimentId }, { signal }), say);
  return answer && toJson(GetRealisedSavingResponseSchema, answer);
}

/** The answer, or undefined, said why, where the server does not know the call or has nothing to give. */
async function ifThere<T>(answer: Promise<T>, say: (line: string) => void): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const { code, message } = fromConnectError(error);
    const absent = [Code.Unimplemented, Code.FailedPrecondition, Code.NotFound, Code.PermissionDenied].includes(code);
    if (!absent) throw error;
    say(`left out: ${message}`);
    return undefined;
  }
}

async function* seriesOf({ client, signal }: Context, experimentId: string) {
  const { series } = await client.benchmark.getKpiSeries({ experimentId }, { signal });
  for (const one of series) yield toJson(KpiSeriesSchema, one);
}

async function* eventsOf({ client, say, signal }: Context, { experimentId, lastEventSequence }: Experiment) {
  if (lastEventSequence === 0n) return;
  const query = { experimentId, afterSequence: 0n, untilOver: false };
  for await (const event of followEvents(client, query, signal)) {
    yield toJson(ExperimentEventSchema, event);
    if (event.sequence >= lastEventSequence) break;
  }
  say(`${lastEventSequence} events`);
}

async function* panelOf({ client, say, signal }: Context, experimentId: string) {
  let windows = 0;
  for await (const arms of panelPages(client, { experimentId }, { signal })) {
    for (const arm of arms) {
      windows += arm.windows.length;
      yield toJson(ArmPanelSchema, arm);
    }
    say(`${windows} windows`);
  }
}
