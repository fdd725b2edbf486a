import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/**
 * Filters and choices of a page, kept in its address so that they can be sent
 * to someone. Values are text; one that is as `defaults` says is left out.
 */
export function useSearchState<T extends Record<string, string>>(
  defaults: T,
): [T, (change: Partial<T>, options?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const navigate = useNavigate();
  const state = Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, search[key] ?? value])) as T;
  const change = useCallback(
    (next: Partial<T>, { replace = true } = {}) => {
      void navigate({
        to: ".",
        replace,
        search: ((before: Record<string, string | undefined>) => {
          const after: Record<string, string | undefined> = { ...before, ...next };
          for (const key of Object.keys(after)) if (after[key] === (defaults[key] ?? "")) delete after[key];
          return after;
        }) as never,
      });
    },
    // The defaults of a page are written down, not computed.
    [navigate, defaults],
  );
  return [state, change];
}
