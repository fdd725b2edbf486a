import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  type RolloutGates,
  RolloutGatesSchema,
  type RolloutStrategy,
  RolloutStrategySchema,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { type HostSelector, HostSelectorSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { parseDurationMs, parsePair, parseRatio } from "../scenario/values.ts";

/** The options of `phoenix pipeline deploy` that say what is wanted where, and how it gets there. */
export type DeployOptions = {
  host: string[];
  label: string[];
  var: string[];
  mustKeep: string[];
  gate: string[];
  canary?: string;
  steps?: string;
  dwell?: string;
  batch?: string;
  stopOnly?: boolean;
};

/** The hosts an invocation names; undefined where it names none. Throws a usage error. */
export function selectorOf({ host, label }: DeployOptions): HostSelector | undefined {
  if (host.length === 0 && label.length === 0) return undefined;
  return create(HostSelectorSchema, { hosts: host, labels: pairsOf("--label", label) });
}

/** The strategy an invocation asks for, on top of what holds; undefined where it says nothing. Throws a usage error. */
export function strategyOf(options: DeployOptions, holds?: RolloutStrategy): RolloutStrategy | undefined {
  const { canary, steps, dwell, batch, stopOnly } = options;
  if ([canary, steps, dwell, batch, stopOnly].every((value) => value === undefined)) return undefined;
  const base = create(RolloutStrategySchema, holds ?? {});
  return create(RolloutStrategySchema, {
    ...base,
    ...(canary === undefined ? {} : { canaryHosts: wholeNumber("--canary", canary) }),
    ...(steps === undefined ? {} : { stepPercents: steps.split(",").map((step) => wholeNumber("--steps", step)) }),
    ...(dwell === undefined ? {} : { dwell: durationFromMs(checked("--dwell", () => parseDurationMs(dwell))) }),
    ...(batch === undefined ? {} : { batchHosts: wholeNumber("--batch", batch) }),
    ...(stopOnly === undefined ? {} : { stopOnly }),
  });
}

const gateFields = {
  failed: "maximumFailedRatio",
  disconnected: "maximumDisconnectedRatio",
  "wrong-digest": "maximumWrongDigestRatio",
  unhealthy: "maximumUnhealthyRatio",
  retention: "minimumRetentionRatio",
} as const;

/** The gates an invocation sets, on top of what holds; undefined where it sets none. Throws a usage error. */
export function gatesOf({ gate }: DeployOptions, holds?: RolloutGates): RolloutGates | undefined {
  if (gate.length === 0) return undefined;
  const gates = create(RolloutGatesSchema, holds ?? {});
  for (const [name, value] of Object.entries(pairsOf("--gate", gate))) {
    const field = (gateFields as Record<string, (typeof gateFields)[keyof typeof gateFields]>)[name];
    if (field === undefined) {
      throw usage(`--gate knows ${Object.keys(gateFields).join(", ")}, not "${name}"`);
    }
    gates[field] = checked("--gate", () => parseRatio(value));
  }
  return gates;
}

/** A whole number from 0. Throws a usage error. */
export function wholeNumber(what: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  throw usage(`${what} takes a whole number, not "${text}"`);
}

function pairsOf(option: string, pairs: readonly string[]): Record<string, string> {
  return checked(option, () => Object.fromEntries(pairs.map(parsePair)));
}

function checked<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw usage(`${option}: ${(error as Error).message}`);
  }
}

function usage(message: string): CommandError {
  return new CommandError(message, exitCodes.usage);
}
