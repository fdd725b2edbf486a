import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  type RolloutGates,
  RolloutGatesSchema,
  type RolloutStrategy,
  RolloutStrategySchema,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { type HostSelector, HostSelectorSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { GateLimits } from "./judge-gates.ts";
import type { StepRule } from "./plan-steps.ts";

/** Where a deployment stands; the contract's DeploymentState says what each means. */
export type DeploymentState =
  | "rolling_out"
  | "paused"
  | "rolled_out"
  | "rolling_back"
  | "rolled_back"
  | "stopped"
  | "deleting";

/** A deployment as it is stored. */
export interface DeploymentRecord {
  deploymentId: string;
  name: string;
  selector: HostSelector;
  strategy: RolloutStrategy;
  gates: RolloutGates;
  repairDrift: boolean;
  /** The version wanted, as people see it. */
  wantedVersion: number;
  /** The version hosts are given now; 0 gives each what it ran before the deployment. */
  targetVersion: number;
  state: DeploymentState;
  stateReason: string;
  /** Step under way, from 1; 0 for none. */
  step: number;
  steps: number;
  /** When every host of the step had answered; null before. */
  settledTime: Date | null;
  createTime: Date;
  updateTime: Date;
  /** Grows with every change a person or a step makes. */
  revision: bigint;
  lastEventSequence: bigint;
}

/** The columns of a deployment as the driver gives them. */
export interface DeploymentRow {
  deployment_id: string;
  name: string;
  selector: JsonValue;
  strategy: JsonValue;
  gates: JsonValue;
  repair_drift: boolean;
  wanted_version: number;
  target_version: number;
  state: DeploymentState;
  state_reason: string;
  step: number;
  steps: number;
  settled_time: Date | null;
  create_time: Date;
  update_time: Date;
  revision: string;
  last_event_sequence: string;
}

/** The select list of a {@link DeploymentRow} from `deployments d`. */
export const deploymentColumns = `d.deployment_id, d.name, d.selector, d.strategy, d.gates, d.repair_drift,
  d.wanted_version, d.target_version, d.state, d.state_reason, d.step, d.steps, d.settled_time, d.create_time,
  d.update_time, d.revision, d.last_event_sequence`;

// Contracts grow: a field that a newer version stored is not this one's business.
const lenient = { ignoreUnknownFields: true };

/** A deployment from its columns. */
export function deploymentFromRow(row: DeploymentRow): DeploymentRecord {
  return {
    deploymentId: row.deployment_id,
    name: row.name,
    selector: fromJson(HostSelectorSchema, row.selector, lenient),
    strategy: fromJson(RolloutStrategySchema, row.strategy, lenient),
    gates: fromJson(RolloutGatesSchema, row.gates, lenient),
    repairDrift: row.repair_drift,
    wantedVersion: row.wanted_version,
    targetVersion: row.target_version,
    state: row.state,
    stateReason: row.state_reason,
    step: row.step,
    steps: row.steps,
    settledTime: row.settled_time,
    createTime: row.create_time,
    updateTime: row.update_time,
    revision: BigInt(row.revision),
    lastEventSequence: BigInt(row.last_event_sequence),
  };
}

/** What holds of a strategy where it says nothing. */
const defaultBatchHosts = 500;
const defaultDwellMs = 60_000;

/** The steps a strategy asks for. */
export function stepRuleOf(strategy: RolloutStrategy): StepRule {
  const { canaryHosts, stepPercents } = strategy;
  return { canaryHosts, stepPercents: stepPercents.length === 0 ? [25, 50, 100] : stepPercents };
}

/** Most hosts that may work on a version at a time. */
export function batchHostsOf({ batchHosts }: RolloutStrategy): number {
  return batchHosts === 0 ? defaultBatchHosts : batchHosts;
}

/** How long a step is watched after its hosts applied. */
export function dwellMsOf({ dwell }: RolloutStrategy): number {
  return dwell === undefined ? defaultDwellMs : durationMs(dwell);
}

/** The limits of the gates; the contract has the defaults. */
export function gateLimitsOf(gates: RolloutGates): GateLimits {
  return {
    maximumFailedRatio: gates.maximumFailedRatio ?? 0.2,
    maximumDisconnectedRatio: gates.maximumDisconnectedRatio ?? 0.2,
    maximumWrongDigestRatio: gates.maximumWrongDigestRatio ?? 0.2,
    maximumUnhealthyRatio: gates.maximumUnhealthyRatio ?? 0.1,
    minimumRetentionRatio: gates.minimumRetentionRatio ?? 1,
  };
}
