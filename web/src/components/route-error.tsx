import { useRouter } from "@tanstack/react-router";
import { ErrorState } from "./error-state.tsx";

/** What is left of a page that failed: what went wrong, and another try. */
export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <ErrorState
      error={error}
      retry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}
