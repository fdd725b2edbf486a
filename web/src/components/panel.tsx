import { type ReactNode, useId } from "react";
import classes from "./components.module.css";

/** A titled part of a page. */
export function Panel({
  title,
  note,
  aside,
  children,
}: {
  title: string;
  /** What one should know to read it. */
  note?: ReactNode;
  /** Beside the title: a choice, a link. */
  aside?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <div className={classes.panelHead}>
        <h2 className={classes.panelTitle} id={id}>
          {title}
        </h2>
        {aside}
      </div>
      {note !== undefined && <p className={classes.panelNote}>{note}</p>}
      {children}
    </section>
  );
}
