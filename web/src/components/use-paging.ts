import { useState } from "react";
import type { Paging } from "./data-table.tsx";

/**
 * Pages of a list by the server's tokens. `filter` is what is listed: another
 * one begins at the first page.
 */
export function usePaging(filter: string): {
  pageToken: string;
  paging: (nextPageToken: string | undefined) => Paging;
} {
  const [{ of, tokens }, setPages] = useState<{ of: string; tokens: readonly string[] }>({ of: filter, tokens: [] });
  const here = of === filter ? tokens : [];
  return {
    pageToken: here.at(-1) ?? "",
    paging: (next) => ({
      page: here.length + 1,
      onNext: next ? () => setPages({ of: filter, tokens: [...here, next] }) : undefined,
      onBack: here.length > 0 ? () => setPages({ of: filter, tokens: here.slice(0, -1) }) : undefined,
    }),
  };
}
