import type { RolloutStrategy } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import type { DeploymentRecord } from "../deployments/index.ts";
import { deploymentEtag } from "./deployment-message.ts";

/** Checks what the contract cannot say of a strategy. @throws PhoenixError INVALID_FIELD. */
export function checkStrategy(strategy: RolloutStrategy | undefined): void {
  const percents = strategy?.stepPercents ?? [];
  const rising = percents.every((percent, index) => index === 0 || percent > percents[index - 1]!);
  if (rising && (percents.length === 0 || percents.at(-1) === 100)) return;
  throw invalidField(
    "strategy.step_percents",
    `The steps ${percents.join(", ")} do not rise to 100. Give shares that do, 25, 50, 100 for instance.`,
  );
}

/** @throws PhoenixError ETAG_MISMATCH when an etag is given that is not the current one. */
export function checkDeploymentEtag(record: DeploymentRecord, etag: string): void {
  if (etag === "" || etag === deploymentEtag(record)) return;
  throw phoenixError(
    ErrorReason.ETAG_MISMATCH,
    `The deployment ${record.name} changed since it was read. Read it again, then repeat the change.`,
    { metadata: { deploymentId: record.deploymentId, etag: deploymentEtag(record) } },
  );
}

/** That a deployment does not allow this where it stands. */
export function illegalNow({ deploymentId, name, state }: DeploymentRecord, why: string): PhoenixError {
  return phoenixError(ErrorReason.ILLEGAL_TRANSITION, `The deployment ${name} is ${state.toUpperCase()}: ${why}.`, {
    metadata: { deploymentId, state: state.toUpperCase() },
  });
}

/** Refuses everything of a deployment that is being deleted. @throws PhoenixError ILLEGAL_TRANSITION. */
export function checkNotDeleting(record: DeploymentRecord): void {
  if (record.state === "deleting") throw illegalNow(record, "it is being taken off its hosts and changes no more");
}

/** That a field cannot be so. */
export function invalidField(field: string, message: string): PhoenixError {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}
