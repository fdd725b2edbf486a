import type { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { listenLive } from "./live.ts";
import { createThrottle } from "./throttle.ts";

/** Reads what has a key anew when something of a kind changed: at once, but at most every `everyMs`. */
export function useThrottledReading(queryKey: QueryKey, kind: SubjectKind, everyMs: number): void {
  const client = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    const throttle = createThrottle(everyMs, () => {
      void client.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey });
    });
    const stop = listenLive({
      changed(changes) {
        if (changes.some((change) => change.kind === kind)) throttle.ask();
      },
      // Whatever was read before is read anew then, whoever asked for it.
      opened: () => undefined,
    });
    return () => {
      stop();
      throttle.end();
    };
  }, [client, key, kind, everyMs]);
}
