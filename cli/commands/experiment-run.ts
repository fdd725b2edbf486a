import { create as createMessage } from "@bufbuild/protobuf";
import { Decision, type Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { GetExperimentResponseSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { Command } from "commander";
import { newRequestId } from "../client/request-id.ts";
import { describeExperiment } from "../experiment/describe-experiment.ts";
import { promoteAndWait } from "../experiment/promote-and-wait.ts";
import { runningProcesses } from "../loadsim/running-processes.ts";
import { sayForecast, sayHowForecastDid } from "../loadsim/say-forecast.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { readLoad } from "../scenario/read-load.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { estimatorNames, nameOfScenario, type Scenario, specOfScenario } from "../scenario/scenario.ts";
import { watchExperiment } from "../watch/watch-experiment.ts";
import { type CommandContext, contextOf } from "./context.ts";
import { labelsOf } from "./host.ts";

type ScenarioFlags = {
  file?: string;
  name?: string;
  host: string[];
  label: string[];
  baseline?: string;
  candidate: string[];
  mustKeep: string[];
  profile?: string;
  duration?: string;
  calibration?: string;
  estimator?: string;
  minimumReduction?: string;
  load?: string;
  acceptScope?: boolean;
};

/** `phoenix experiment create`. */
export async function create(flags: ScenarioFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  print(context, await createFrom(context, flags));
}

/** `phoenix experiment run`. */
export async function run(
  flags: ScenarioFlags & { promote?: boolean; requirePromote?: boolean; detach?: boolean },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const { client, terminal, signal } = context;
  const { experimentId, spec } = await createFrom(context, flags);
  // Before anything of the experiment runs here: these are the processes beside the load.
  const running = spec?.load === undefined ? undefined : runningProcesses();
  const started = await client.experiments.startExperiment({ requestId: newRequestId(), experimentId });
  terminal.err.write(`started ${experimentId}; follow it with \`phoenix experiment status ${experimentId} --watch\`\n`);
  const forecasts =
    running === undefined || started.experiment === undefined
      ? []
      : await sayForecast({ client, out: terminal.err }, started.experiment, running);
  if (flags.detach) {
    if (started.experiment !== undefined) print(context, started.experiment);
    return;
  }
  let experiment = await watchExperiment(client, experimentId, terminal, signal);
  const best = bestPromoted(experiment);
  if (flags.promote && best !== undefined) {
    experiment = await promoteAndWait(context, {
      experimentId,
      variant: best.variant,
      force: false,
      reason: "asked for with --promote",
    });
  }
  print(context, experiment);
  // With the answer where that is a table, else beside it.
  const out = context.format === "table" ? terminal.out : terminal.err;
  await sayHowForecastDid({ client, out }, experiment, forecasts);
  if (experiment.phase === ExperimentPhase.FAILED) {
    throw new CommandError(`the experiment failed: ${experiment.phaseReason}`, exitCodes.internal);
  }
  if (flags.requirePromote && best === undefined) {
    throw new CommandError("the verdict is not PROMOTE", exitCodes.notPromoted);
  }
}

/** Of the candidates with the verdict PROMOTE the one that saves most; undefined when there is none. */
function bestPromoted({ verdicts }: Experiment): Verdict | undefined {
  const saves = (verdict: Verdict): number => verdict.primary?.reduction?.estimate ?? 0;
  return verdicts
    .filter((verdict) => verdict.decision === Decision.PROMOTE)
    .toSorted((one, other) => saves(other) - saves(one))[0];
}

async function createFrom({ client }: CommandContext, flags: ScenarioFlags): Promise<Experiment> {
  const scenario = scenarioOf(flags);
  let spec: ReturnType<typeof specOfScenario>;
  try {
    spec = specOfScenario(scenario);
  } catch (error) {
    throw new CommandError((error as Error).message, exitCodes.usage);
  }
  const { experiment } = await client.experiments.createExperiment({
    requestId: newRequestId(),
    name: nameOfScenario(scenario),
    spec,
  });
  if (experiment === undefined) throw new CommandError("the server gave no experiment", exitCodes.internal);
  return experiment;
}

function scenarioOf(flags: ScenarioFlags): Scenario {
  const base: Partial<Scenario> = flags.file === undefined ? {} : readScenario(flags.file);
  const baseline = flags.baseline ?? base.baseline;
  const candidates = flags.candidate.length > 0 ? flags.candidate : base.candidates;
  if (baseline === undefined || candidates === undefined || candidates.length === 0) {
    throw new CommandError(
      "name two pipelines with --baseline and --candidate, or a file with --file",
      exitCodes.usage,
    );
  }
  const profile = flags.profile ?? base.profile;
  if (profile !== undefined && profile !== "quick" && profile !== "standard") {
    throw new CommandError(`--profile takes quick or standard, not "${profile}"`, exitCodes.usage);
  }
  const estimator = estimatorNames.find((name) => name === (flags.estimator ?? base.estimator));
  if (flags.estimator !== undefined && estimator === undefined) {
    throw new CommandError(
      `--estimator takes ${estimatorNames.join(" or ")}, not "${flags.estimator}"`,
      exitCodes.usage,
    );
  }
  return {
    ...base,
    baseline,
    candidates,
    ...(profile === undefined ? {} : { profile }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.host.length === 0 ? {} : { hosts: flags.host }),
    ...(flags.label.length === 0 ? {} : { selector: labelsOf(flags.label) }),
    ...(flags.mustKeep.length === 0 ? {} : { mustKeep: flags.mustKeep }),
    ...(flags.duration === undefined ? {} : { duration: flags.duration }),
    ...(flags.calibration === undefined ? {} : { calibration: flags.calibration }),
    ...(estimator === undefined ? {} : { estimator }),
    ...(flags.minimumReduction === undefined ? {} : { minimumReduction: flags.minimumReduction }),
    ...(flags.load === undefined ? {} : { load: readLoad(flags.load, "") }),
    ...(flags.acceptScope === undefined ? {} : { acceptScope: flags.acceptScope }),
  };
}

/** Writes an experiment as the user asked. */
export function print({ terminal, format }: CommandContext, experiment: Experiment): void {
  const answer = createMessage(GetExperimentResponseSchema, { experiment });
  printMessage(terminal, format, GetExperimentResponseSchema, answer, () => describeExperiment(experiment));
}
