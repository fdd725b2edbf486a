import type { ReactNode } from "react";
import classes from "./components.module.css";
import { HelpTip } from "./help-tip.tsx";

/** One figure with its unit, what it means, and a note below. */
export function Stat({
  label,
  value,
  unit,
  help,
  note,
}: {
  label: string;
  value: ReactNode;
  unit?: string;
  /** What it means and how it was counted. */
  help?: string;
  note?: ReactNode;
}) {
  return (
    <div className={classes.stat} data-stat={label}>
      <span className={classes.statLabel}>
        {label}
        {help !== undefined && <HelpTip about={label} text={help} />}
      </span>
      <span className={classes.statValue}>
        {value}
        {unit !== undefined && <span className={classes.statUnit}>{unit}</span>}
      </span>
      {note !== undefined && <span className={classes.statNote}>{note}</span>}
    </div>
  );
}

/** Stats beside each other, as many as fit. */
export function StatGrid({ children }: { children: ReactNode }) {
  return <div className={classes.grid}>{children}</div>;
}
