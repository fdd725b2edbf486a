import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import classes from "./components.module.css";

/** Head of a page: what it is, a sentence about it, what can be done. Also the title of the window. */
export function PageHeader({
  title,
  lead,
  parent,
  actions,
}: {
  title: string;
  lead?: ReactNode;
  /** The page this one belongs to. */
  parent?: { to: string; title: string };
  actions?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Phoenix`;
  }, [title]);
  return (
    <div className={classes.header}>
      <div>
        {parent !== undefined && (
          <Link to={parent.to} className={classes.crumb}>
            ← {parent.title}
          </Link>
        )}
        <h1 className={classes.title}>{title}</h1>
        {lead !== undefined && <div className={classes.lead}>{lead}</div>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
