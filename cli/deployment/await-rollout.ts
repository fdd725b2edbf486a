import {
  type Deployment,
  type DeploymentEvent,
  DeploymentEventType,
  DeploymentState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { visibleText } from "@phoenix/report/visible-text";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Terminal } from "../output/output.ts";
import { describeCounts, stateWord } from "./describe-deployment.ts";
import { followDeployment } from "./follow-deployment.ts";

type Context = { client: Pick<PhoenixClient, "deployments">; terminal: Terminal; signal: AbortSignal };

/**
 * Tells what becomes of a roll-out until it is over, and gives the deployment as
 * it then stands. Throws a CommandError "refused" when it does not come to what
 * was wanted: a gate failed, or somebody paused or deleted it.
 */
export async function awaitRollout(
  { client, terminal, signal }: Context,
  begun: Deployment,
  wanted: typeof DeploymentState.ROLLED_OUT | typeof DeploymentState.ROLLED_BACK,
): Promise<Deployment> {
  const { deploymentId } = begun;
  const progress = createProgress(terminal);
  const version = begun.wanted?.version ?? 0;
  // Events before the version was asked for are history.
  let telling = false;
  let gate = "";
  let last = begun;
  try {
    for await (const { deployment, events } of followDeployment(client, { deploymentId, afterSequence: 0n }, signal)) {
      for (const event of events) {
        telling ||= begins(event, version);
        if (!telling) continue;
        if (event.type === DeploymentEventType.GATE_FAILED) gate = event.message;
        progress.tell(visibleText(event.message));
      }
      if (deployment === undefined) continue;
      last = deployment;
      progress.show(deployment);
      if (isOver(deployment)) break;
    }
  } catch (error) {
    if (signal.aborted) throw new CommandError("stopped waiting; it goes on", exitCodes.interrupted);
    throw error;
  } finally {
    progress.end();
  }
  if (last.state === wanted && gate === "") return last;
  const what = gate === "" ? `it is ${stateWord(last.state)}` : "a gate failed";
  throw new CommandError(`${what}: ${last.stateReason}`, exitCodes.refused);
}

function begins({ type, version }: DeploymentEvent, wanted: number): boolean {
  if (type === DeploymentEventType.VERSION_CREATED) return version === wanted;
  // A rollback has the version it leaves, which is the one before the one it makes.
  return type === DeploymentEventType.ROLLBACK_STARTED && (version === wanted || version === wanted - 1);
}

function isOver({ state }: Deployment): boolean {
  return state !== DeploymentState.ROLLING_OUT && state !== DeploymentState.ROLLING_BACK;
}

/** Lines on stderr; in a terminal one more below them that is written over as the roll-out goes on. */
function createProgress({ err }: Terminal) {
  const live = err.isTTY === true;
  const clear = (): void => void (live && err.write("\r\x1b[2K"));
  let line = "";
  return {
    tell(text: string): void {
      clear();
      err.write(`${text}\n`);
      if (live) err.write(line);
    },
    show(deployment: Deployment): void {
      if (!live) return;
      clear();
      line = progressLine(deployment).slice(0, Math.max(20, (err.columns ?? 80) - 1));
      err.write(line);
    },
    end: clear,
  };
}

function progressLine({ state, step, steps, counts }: Deployment): string {
  const total = counts?.total ?? 0;
  const width = 20;
  const done = total === 0 ? 0 : Math.round(((counts?.inSync ?? 0) / total) * width);
  const where = step === 0 ? stateWord(state) : `step ${step} of ${steps}`;
  return `${where}  ${"#".repeat(done)}${".".repeat(width - done)}  ${counts === undefined ? "" : describeCounts(counts)}`;
}
