import { type Experiment, ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge, type Tone } from "../../../components/status-badge.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { enumWords } from "../../../format/enum-name.ts";
import { hostName } from "../figures.ts";
import classes from "./detail.module.css";
import { useExperimentEvents } from "./use-experiment-events.ts";

const tones: Partial<Record<ExperimentEventType, Tone>> = {
  [ExperimentEventType.TASK_FAILED]: "bad",
  [ExperimentEventType.PROMOTION_REFUSED]: "bad",
  [ExperimentEventType.PROMOTED]: "good",
  [ExperimentEventType.HOST_PROMOTED]: "good",
  [ExperimentEventType.ROLLED_BACK]: "warn",
  [ExperimentEventType.ROLLBACK_REQUESTED]: "warn",
  [ExperimentEventType.PHASE_OVERRIDDEN]: "warn",
};

/** Everything that happened, newest first, in the words it was recorded with. */
export function EventsTab({ experiment }: { experiment: Experiment }) {
  const { events, error } = useExperimentEvents(experiment);
  return (
    <Panel title="Events" note="Kept for ever, in order.">
      {error !== undefined && <ErrorState error={error} />}
      {events.length === 0 && error === undefined && <EmptyState title="The events are being read" />}
      <ol className={classes.events} aria-label="Events, newest first">
        {events.toReversed().map(({ sequence, time, type, message, actor, hostId, userReason }) => (
          <li key={String(sequence)} className={classes.event} data-event={String(sequence)}>
            <span className={classes.eventTime}>
              <TimeText time={time} />
            </span>
            <span className={classes.eventText}>
              <StatusBadge tone={tones[type] ?? "idle"}>{enumWords(ExperimentEventType, type)}</StatusBadge> {message}
              {userReason !== "" && ` Reason: ${userReason}`}
              <span className="px-dim">
                {hostId !== "" && ` On ${hostName(experiment, hostId)}.`}
                {actor !== "" && actor !== "system" && ` By ${actor}.`}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
