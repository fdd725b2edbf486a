import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { useLiveState } from "../../data/use-live.ts";
import { useRecentEvents } from "../../data/use-recent-events.ts";
import classes from "./overview.module.css";

/** Events shown. */
const most = 15;

/** The latest events of experiments and deployments, as they come. */
export function EventsPanel() {
  const events = useRecentEvents();
  const state = useLiveState();
  return (
    <Panel title="Latest events">
      {events.length === 0 ? (
        <EmptyState
          title={state === "absent" ? "This server tells no events live" : "Nothing happened lately"}
          detail="What happens to experiments and deployments appears here by itself."
        />
      ) : (
        <ol className={classes.events} aria-label="Latest events, newest first">
          {events.slice(0, most).map((change) => (
            <li key={`${change.cursor} ${change.subjectId}`} className={classes.event}>
              <span className={classes.when}>
                <TimeText time={change.time} relative />
              </span>
              <span>
                {change.experimentEvent?.message ?? change.deploymentEvent?.message} <Subject change={change} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Subject({ change: { experimentEvent, deploymentEvent, subjectId } }: { change: Change }) {
  if (experimentEvent !== undefined) return <Link to={`/experiments/${subjectId}`}>Experiment</Link>;
  return deploymentEvent === undefined ? null : <Link to={`/deployments/${subjectId}`}>Deployment</Link>;
}
