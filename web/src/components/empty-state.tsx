import type { ReactNode } from "react";
import classes from "./components.module.css";

/** Says that there is nothing, why, and what to do about it. */
export function EmptyState({ title, detail, action }: { title: string; detail?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <p className={classes.emptyTitle}>{title}</p>
      {detail !== undefined && <p className={classes.emptyDetail}>{detail}</p>}
      {action}
    </div>
  );
}
