import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { ExperimentHostRecord, ExperimentRecord } from "../experiments/index.ts";
import { chooseHeldBack } from "./choose-held-back.ts";
import { countOf } from "./count-of.ts";

/** A hold-back that is asked for with a promotion. */
export interface HoldBackRequest {
  /** Hosts that keep the baseline for a while; 0 for none. */
  holdBackHosts: number;
  /** How long they do, in milliseconds; undefined takes a day. */
  holdBackMs: number | undefined;
  now: Date;
}

/** What a hold-back comes to. */
export interface HoldBackPlan {
  /** Ids of the hosts that keep the baseline. */
  heldBack: ReadonlySet<string>;
  /** Until when; null when no host does. */
  until: Date | null;
  /** Which hosts and until when, as a sentence to append; empty when no host does. */
  words: string;
}

const defaultHoldBackMs = 24 * 3_600_000;

/** Checks what is asked for. @throws PhoenixError INVALID_FIELD for a duration of nothing, or with a repeated promotion. */
export function checkHoldBack({ holdBackHosts, holdBackMs }: HoldBackRequest, repeated: boolean): void {
  if (holdBackHosts === 0 && holdBackMs !== undefined) {
    throw invalid("hold_back_duration", "A duration is given, but no host is to be held back. Say how many are.");
  }
  if (holdBackHosts > 0 && repeated) {
    throw invalid(
      "hold_back_hosts",
      "The promotion is under way and which hosts are held back was decided when it began. Repeat it without.",
    );
  }
}

/** Chooses the hosts to hold back. @throws PhoenixError INVALID_FIELD when no host would be promoted. */
export function planHoldBack(
  { experimentId }: Pick<ExperimentRecord, "experimentId">,
  { holdBackHosts, holdBackMs = defaultHoldBackMs, now }: HoldBackRequest,
  hosts: readonly Pick<ExperimentHostRecord, "hostId" | "hostName">[],
): HoldBackPlan {
  if (holdBackHosts === 0) return { heldBack: new Set(), until: null, words: "" };
  if (holdBackHosts >= hosts.length) {
    const most = hosts.length === 1 ? "none" : `${hosts.length - 1} at most`;
    throw invalid(
      "hold_back_hosts",
      `Of ${countOf(hosts.length)} ${holdBackHosts} cannot be held back: at least one has to be promoted. Hold back ${most}.`,
    );
  }
  const ids = hosts.map((host) => host.hostId);
  const heldBack = chooseHeldBack(experimentId, ids, holdBackHosts);
  const until = new Date(now.getTime() + holdBackMs);
  const names = hosts.filter((host) => heldBack.has(host.hostId)).map((host) => host.hostName);
  const some = names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
  return { heldBack, until, words: ` Held back on the baseline until ${until.toISOString()}: ${some}.` };
}

function invalid(field: string, message: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}
