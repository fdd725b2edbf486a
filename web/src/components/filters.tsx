import type { ReactNode } from "react";
import classes from "./filters.module.css";

/** The filters above a list, beside each other as far as they fit. */
export function Filters({ children }: { children: ReactNode }) {
  return (
    <search className={classes.filters} aria-label="Filters">
      {children}
    </search>
  );
}
