import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import type { Experiment, ExperimentEvent } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useEffect, useState } from "react";

type Known = { of: string; events: readonly ExperimentEvent[]; error: unknown };

/**
 * The events of an experiment, in order, each once. They are read up to the
 * newest that the experiment speaks of and no stream is left open: the page's
 * one live stream says when there are more.
 */
export function useExperimentEvents({ experimentId, lastEventSequence }: Experiment): Known {
  const transport = useTransport();
  const [known, setKnown] = useState<Known>({ of: experimentId, events: [], error: undefined });
  const events = known.of === experimentId ? known.events : [];
  const last = events.at(-1)?.sequence ?? 0n;
  useEffect(() => {
    if (last >= lastEventSequence) return;
    const over = new AbortController();
    const read = async (): Promise<void> => {
      const fresh: ExperimentEvent[] = [];
      const stream = createClient(ExperimentService, transport).streamExperimentEvents(
        { experimentId, afterSequence: last },
        { signal: over.signal },
      );
      for await (const { event } of stream) {
        if (event !== undefined) fresh.push(event);
        if ((event?.sequence ?? 0n) >= lastEventSequence) break;
      }
      setKnown((before) => {
        const kept = before.of === experimentId ? before.events : [];
        const newest = kept.at(-1)?.sequence ?? 0n;
        return {
          of: experimentId,
          events: [...kept, ...fresh.filter(({ sequence }) => sequence > newest)],
          error: undefined,
        };
      });
    };
    read().catch((error: unknown) => {
      if (!over.signal.aborted) setKnown((before) => ({ ...before, error }));
    });
    return () => over.abort();
  }, [experimentId, last, lastEventSequence, transport]);
  return known.of === experimentId ? known : { of: experimentId, events: [], error: undefined };
}
