import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findCollector } from "@phoenix/collector";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { gatherReportData, type ReportData, renderReport } from "@phoenix/report";
import { enumWord, formatMoney, formatSeconds } from "@phoenix/report/quantities";
import { newRequestId } from "../client/request-id.ts";
import { phoenixVersion } from "../commands/version.ts";
import { describeExperiment } from "../experiment/describe-experiment.ts";
import { promoteAndWait } from "../experiment/promote-and-wait.ts";
import { runningProcesses } from "../loadsim/running-processes.ts";
import { sayForecast, sayHowForecastDid } from "../loadsim/say-forecast.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { nameOfScenario, specOfScenario } from "../scenario/scenario.ts";
import { watchExperiment } from "../watch/watch-experiment.ts";
import { type DemoScenario, demoScenarios } from "./demo-scenarios.ts";
import { type DemoSummary, summarizeDemo } from "./demo-summary.ts";
import { race, type Stage, setStage } from "./stage.ts";

/** How a demo is to be run. */
export type DemoOptions = {
  scenario: string;
  terminal: Terminal;
  signal: AbortSignal;
  /** Folder the report is written to. */
  reportDir: string;
};

/**
 * The main job on this machine, whole: server, agent, load, two collectors,
 * verdict, price, report, promotion; then everything is stopped, whatever
 * happened. Throws when the outcome is not the one the scenario is about.
 */
export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const { terminal, signal } = options;
  const demo = demoScenarios[options.scenario];
  if (demo === undefined) {
    const names = Object.keys(demoScenarios).join(", ");
    throw new CommandError(`there is no scenario "${options.scenario}"; there are ${names}`, exitCodes.usage);
  }
  const say = (line: string): void => {
    terminal.err.write(`demo: ${line}\n`);
  };
  say(demo.title);
  const collector = await findCollector({ env: process.env, onProgress: say, signal });
  say(`collector ${collector.version} (${collector.source})`);
  const started = Date.now();
  const stage = await setStage({ collector: collector.path, say, signal });
  try {
    const { data, reportPath } = await race(signal, play(stage, demo, options, say), stage.broken);
    const summary = summarizeDemo(data, reportPath, (Date.now() - started) / 1000);
    if (!(demo.expected as readonly string[]).includes(summary.verdict)) {
      throw new CommandError(
        `the verdict is ${summary.verdict}, this demo is about ${demo.expected.join(" or ")}: see ${reportPath}`,
        exitCodes.internal,
      );
    }
    if (summary.promoted !== demo.promotes) {
      throw new CommandError(
        `the candidate was ${summary.promoted ? "" : "not "}promoted: see ${reportPath}`,
        exitCodes.internal,
      );
    }
    return summary;
  } finally {
    say("stopping agent, collectors, load, server and database");
    await stage.strike();
    say(`everything is stopped (${formatSeconds((Date.now() - started) / 1000)} in all)`);
  }
}

async function play(
  stage: Stage,
  demo: DemoScenario,
  { terminal, signal, scenario, reportDir }: DemoOptions,
  say: (line: string) => void,
): Promise<{ data: ReportData; reportPath: string }> {
  const { client } = stage;
  const { experiment } = await client.experiments.createExperiment({
    requestId: newRequestId(),
    name: nameOfScenario(demo.scenario),
    spec: specOfScenario({ ...demo.scenario, hosts: [stage.hostId] }),
  });
  const experimentId = experiment?.experimentId ?? "";
  // Before anything of the experiment runs here: these are the processes beside the load.
  const running = runningProcesses();
  const started = await client.experiments.startExperiment({ requestId: newRequestId(), experimentId });
  say(`experiment ${experimentId} started; from another terminal:`);
  say(`npx phoenix experiment status ${experimentId} --watch --server ${client.server}`);
  const out = terminal.err;
  const forecasts =
    started.experiment === undefined ? [] : await sayForecast({ client, out }, started.experiment, running);
  const finished = await watchExperiment(client, experimentId, terminal, signal);
  out.write(`\n${describeExperiment(finished)}\n`);
  await sayHowForecastDid({ client, out }, finished, forecasts);
  out.write("\n");
  if (demo.promotes && finished.verdicts[0]?.decision === Decision.PROMOTE) {
    await promoteAndWait({ client, terminal, signal }, { experimentId, variant: "", force: false, reason: "demo" });
    await showRunning(stage, experimentId, say);
  }
  const data = await gatherReportData(client, experimentId);
  terminal.err.write(`${costTable(data)}\n\n`);
  const reportPath = writeReport(data, resolve(reportDir), scenario);
  say(`report written to ${reportPath}`);
  return { data, reportPath };
}

async function showRunning(stage: Stage, experimentId: string, say: (line: string) => void): Promise<void> {
  const [{ host }, { experiment }] = await Promise.all([
    stage.client.fleet.getHost({ hostId: stage.hostId }),
    stage.client.experiments.getExperiment({ experimentId }),
  ]);
  const active = host?.activePipeline;
  say(`candidate digest  ${experiment?.configDigests.candidate ?? "none"}`);
  say(`promoted digest   ${experiment?.promotedDigest || "none"}`);
  say(`${stage.hostName} runs ${active?.pipeline ?? "nothing"}, digest ${active?.runningDigest || "none"}`);
  if (
    active === undefined ||
    active.runningDigest !== active.wantedDigest ||
    active.runningDigest !== experiment?.promotedDigest
  ) {
    throw new CommandError("the host does not run the promoted configuration", exitCodes.internal);
  }
  if (experiment.promotedDigest !== experiment.configDigests.candidate && (await exportsNowhere(stage, experiment))) {
    throw new CommandError("the promoted configuration is not the one that was measured", exitCodes.internal);
  }
}

/** True when the server has no backend: then a shadow and what is promoted are the same text. */
async function exportsNowhere({ client }: Stage, { spec }: Experiment): Promise<boolean> {
  const pipeline = { name: spec?.arms[0]?.pipeline?.name ?? "" };
  const [shadow, real] = await Promise.all([
    client.pipelines.renderPipeline({ pipeline, purpose: RenderPurpose.SHADOW }),
    client.pipelines.renderPipeline({ pipeline, purpose: RenderPurpose.EXPORT }),
  ]);
  return shadow.configDigest === real.configDigest;
}

function costTable({ costs }: ReportData): string {
  const money = (monthly: number | undefined, currency: string): string => formatMoney(monthly ?? 0, currency);
  return renderTable(
    ["a month at", "baseline", "candidate"],
    costs.map(({ book, arms }) => [
      book?.title ?? "",
      money(arms.find(({ variant }) => variant === "baseline")?.monthly, book?.currency ?? "USD"),
      money(arms.find(({ variant }) => variant === "candidate")?.monthly, book?.currency ?? "USD"),
    ]),
    "There are no prices.",
  );
}

function writeReport(data: ReportData, folder: string, scenario: string): string {
  mkdirSync(folder, { recursive: true });
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-");
  const verdict = enumWord(Decision, data.verdicts[0]?.decision ?? 0).toLowerCase();
  const path = join(folder, `phoenix-${scenario}-${verdict}-${stamp}.html`);
  writeFileSync(path, renderReport(data, phoenixVersion));
  return path;
}
