import type { ReactNode } from "react";
import { sayError } from "../data/errors.ts";
import { useLiveState } from "../data/use-live.ts";
import { Age } from "./age.tsx";
import classes from "./components.module.css";
import { ErrorState } from "./error-state.tsx";
import { PageSkeleton } from "./page-skeleton.tsx";

type Answer<T> = {
  data: T | undefined;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
};

/**
 * Shows what a query brought: a skeleton first, then the data, or what went
 * wrong. Data stays when a later read fails, and then says how old it is.
 */
export function QueryView<T>({
  query,
  lines,
  children,
}: {
  query: Answer<T>;
  /** Lines of the skeleton. */
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const state = useLiveState();
  const { data, error, dataUpdatedAt } = query;
  if (data === undefined) {
    if (error !== null && error !== undefined) return <ErrorState error={error} retry={() => void query.refetch()} />;
    return lines === undefined ? <PageSkeleton /> : <PageSkeleton lines={lines} />;
  }
  const failed = error !== null && error !== undefined;
  return (
    <>
      {(failed || state === "offline") && (
        <p className={classes.old} role="status">
          As of <Age ms={dataUpdatedAt} />
          {failed && state !== "offline" ? `: ${sayError(error)}` : "."}
        </p>
      )}
      {children(data)}
    </>
  );
}
