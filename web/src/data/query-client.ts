import { QueryClient } from "@tanstack/react-query";
import { isUnreachable } from "./errors.ts";
import { live } from "./live.ts";

/** How often what is shown is asked for while no live stream tells of changes, in ms. */
const pollMs = 5_000;

/** The cache of everything that was read. Live events say when to read anew; without them it is read at intervals. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Until something says that it changed.
      staleTime: 10_000,
      gcTime: 10 * 60_000,
      // A server on this machine is there whatever the browser thinks of the network.
      networkMode: "always",
      retry: (failures, error) => failures < 2 && isUnreachable(error),
      retryDelay: (failures) => 500 * 2 ** failures,
      refetchInterval: () => (live.get().state === "live" ? false : pollMs),
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** Resolves when what a page asks for first is there, after two seconds at the latest. */
export function firstAnswers(): Promise<void> {
  return new Promise((resolve) => {
    const cache = queryClient.getQueryCache();
    const done = (): void => {
      clearTimeout(latest);
      stop();
      resolve();
    };
    const latest = setTimeout(done, 2_000);
    const stop = cache.subscribe((event) => {
      const answered = event.type === "updated" && (event.action.type === "success" || event.action.type === "error");
      if (answered && queryClient.isFetching() === 0) done();
    });
  });
}
