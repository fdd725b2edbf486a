import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { formatCount } from "../../../format/quantities.ts";
import classes from "./detail.module.css";

/** Whether the measurement itself is to be trusted, and what a second method says. */
export function ChecksPanel({ verdict: { checks, crossChecks, variant } }: { verdict: Verdict }) {
  if (checks.length === 0 && crossChecks.length === 0) return null;
  return (
    <Panel title={`Checks of the measurement of ${variant}`}>
      <ul className={classes.list}>
        {checks.map(({ name, holds, detail }) => (
          <li key={name}>
            <StatusBadge tone={holds ? "good" : "bad"}>{holds ? "Holds" : "Fails"}</StatusBadge> {name}: {detail}
          </li>
        ))}
        {crossChecks.map(({ name, value, detail }) => (
          <li key={name}>
            {name} (shown, never deciding): {formatCount(value)}. {detail}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
