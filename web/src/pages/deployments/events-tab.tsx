import { Button } from "@mantine/core";
import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { StatusBadge, type Tone } from "../../components/status-badge.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { enumWords } from "../../format/enum-name.ts";
import classes from "./deployments.module.css";
import { useDeploymentEvents } from "./use-deployment-events.ts";

const tones: Partial<Record<DeploymentEventType, Tone>> = {
  [DeploymentEventType.STEP_PASSED]: "good",
  [DeploymentEventType.ROLLED_OUT]: "good",
  [DeploymentEventType.HOST_REPAIRED]: "good",
  [DeploymentEventType.GATE_FAILED]: "bad",
  [DeploymentEventType.HOST_FAILED]: "bad",
  [DeploymentEventType.HOST_DRIFTED]: "warn",
  [DeploymentEventType.ROLLBACK_STARTED]: "warn",
  [DeploymentEventType.ROLLED_BACK]: "warn",
  [DeploymentEventType.PAUSED]: "warn",
};

/** Events shown at first; the others are shown when asked for. */
const shownFirst = 100;

/** Everything that happened to a deployment, newest first. */
export function EventsTab({ deploymentId, readMs }: { deploymentId: string; readMs: number }) {
  const { events, read, error } = useDeploymentEvents(deploymentId, readMs);
  const [all, setAll] = useState(false);
  const newest = events.toReversed();
  const shown = all ? newest : newest.slice(0, shownFirst);
  return (
    <Panel title="Events" note="Kept for ever, in order.">
      {error !== undefined && <ErrorState error={error} />}
      {events.length === 0 && error === undefined && (
        <EmptyState title={read ? "Nothing happened yet" : "The events are being read"} />
      )}
      <ol className={classes.events} aria-label="Events, newest first">
        {shown.map(({ sequence, time, type, message, actor, version, userReason }) => (
          <li key={String(sequence)} className={classes.event} data-event={String(sequence)}>
            <span className={classes.eventTime}>
              <TimeText time={time} />
            </span>
            <span className={classes.eventText}>
              <StatusBadge tone={tones[type] ?? "idle"}>{enumWords(DeploymentEventType, type)}</StatusBadge> {message}
              {userReason !== "" && ` Reason: ${userReason}`}
              <span className="px-dim">
                {version > 0 && ` Version ${version}.`}
                {actor !== "" && actor !== "system" && ` By ${actor}.`}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {shown.length < newest.length && (
        <Button variant="default" onClick={() => setAll(true)}>
          Show all {newest.length}
        </Button>
      )}
    </Panel>
  );
}
