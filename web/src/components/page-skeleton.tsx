import { Skeleton } from "@mantine/core";

/** What is shown while a page or its data is on its way. */
export function PageSkeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity
        <Skeleton key={line} height={line === 0 ? 28 : 56} width={line === 0 ? "40%" : "100%"} mb={14} />
      ))}
    </div>
  );
}
