import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ExperimentOutcome, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ListExperimentsResponseSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { decisionWord } from "@phoenix/report/experiment-words";
import { enumWord, formatAge, formatInterval } from "@phoenix/report/quantities";
import type { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { promoteAndWait, rollbackAndWait } from "../experiment/promote-and-wait.ts";
import { CommandError } from "../output/command-error.ts";
import { confirm } from "../output/confirm.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { parseDurationMs } from "../scenario/values.ts";
import { watchExperiment } from "../watch/watch-experiment.ts";
import { contextOf } from "./context.ts";
import { print } from "./experiment-run.ts";

type Reason = { reason: string };

/** `phoenix experiment list`. */
export async function list(options: { limit: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const limit = Number(options.limit);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new CommandError(`--limit takes a whole number from 1, not "${options.limit}"`, exitCodes.usage);
  }
  const experiments = await allPages(async (pageToken) => {
    const page = await client.experiments.listExperiments({ pageToken, pageSize: Math.min(limit, 500) });
    return { items: page.experiments, nextPageToken: page.nextPageToken };
  }, limit);
  const answer = create(ListExperimentsResponseSchema, { experiments });
  printMessage(terminal, format, ListExperimentsResponseSchema, answer, () =>
    renderTable(
      ["id", "name", "phase", "verdict", "reduction", "outcome", "age"],
      experiments.map((experiment) => {
        const verdict = experiment.verdicts[0];
        return [
          experiment.experimentId,
          experiment.name,
          enumWord(ExperimentPhase, experiment.phase).toLowerCase(),
          verdict === undefined ? "" : decisionWord(verdict.decision),
          verdict?.primary === undefined ? "" : formatInterval(verdict.primary.reduction),
          experiment.outcome === ExperimentOutcome.UNSPECIFIED
            ? ""
            : enumWord(ExperimentOutcome, experiment.outcome).toLowerCase().replaceAll("_", " "),
          formatAge(experiment.createTime),
        ];
      }),
      "There are no experiments. Start one with `phoenix experiment run --baseline ... --candidate ...`.",
    ),
  );
}

/** `phoenix experiment status`. */
export async function status(experimentId: string, options: { watch?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { client, terminal, signal } = context;
  if (options.watch) {
    print(context, await watchExperiment(client, experimentId, terminal, signal));
    return;
  }
  const { experiment } = await client.experiments.getExperiment({ experimentId });
  if (experiment !== undefined) print(context, experiment);
}

/** `phoenix experiment stop`. */
export async function stop(experimentId: string, { reason }: Reason, command: Command): Promise<void> {
  const context = contextOf(command);
  const { experiment } = await context.client.experiments.stopExperiment({
    requestId: newRequestId(),
    experimentId,
    reason,
  });
  if (experiment !== undefined) print(context, experiment);
}

/** `phoenix experiment cancel`. */
export async function cancel(experimentId: string, { reason }: Reason, command: Command): Promise<void> {
  const context = contextOf(command);
  const { experiment } = await context.client.experiments.cancelExperiment({
    requestId: newRequestId(),
    experimentId,
    reason,
  });
  if (experiment !== undefined) print(context, experiment);
}

/** `phoenix experiment promote`. */
export async function promote(
  experimentId: string,
  options: Reason & { variant?: string; force?: boolean; holdBack?: string; holdBackDuration?: string },
  command: Command,
): Promise<void> {
  if (options.force && options.reason === "") {
    throw new CommandError("--force needs --reason: it is recorded", exitCodes.usage);
  }
  const context = contextOf(command);
  const request = {
    experimentId,
    variant: options.variant ?? "",
    force: options.force ?? false,
    reason: options.reason,
    ...holdBackOf(options),
  };
  print(context, await promoteAndWait(context, request));
}

function holdBackOf(options: { holdBack?: string; holdBackDuration?: string }) {
  const { holdBack, holdBackDuration } = options;
  if (holdBack === undefined) {
    if (holdBackDuration === undefined) return {};
    throw new CommandError("--hold-back-duration needs --hold-back: how many hosts", exitCodes.usage);
  }
  if (!/^[1-9]\d{0,3}$/.test(holdBack)) {
    throw new CommandError(`--hold-back takes a number of hosts from 1, not "${holdBack}"`, exitCodes.usage);
  }
  const holdBackHosts = Number(holdBack);
  if (holdBackDuration === undefined) return { holdBackHosts };
  try {
    return { holdBackHosts, holdBackDuration: durationFromMs(parseDurationMs(holdBackDuration)) };
  } catch (error) {
    throw new CommandError((error as Error).message, exitCodes.usage);
  }
}

/** `phoenix experiment rollback`. */
export async function rollback(experimentId: string, { reason }: Reason, command: Command): Promise<void> {
  const context = contextOf(command);
  print(context, await rollbackAndWait(context, { experimentId, reason }));
}

/** `phoenix experiment delete`. */
export async function remove(experimentId: string, options: { yes?: boolean }, command: Command): Promise<void> {
  const { client, terminal, signal } = contextOf(command);
  if (options.yes !== true && !(await confirm(terminal, `Delete the experiment ${experimentId}?`, signal))) {
    throw new CommandError(`${experimentId} was not deleted`, exitCodes.refused);
  }
  await client.experiments.deleteExperiment({ requestId: newRequestId(), experimentId });
  terminal.err.write(`deleted ${experimentId}\n`);
}
