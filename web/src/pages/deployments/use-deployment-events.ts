import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import type { DeploymentEvent } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { useEffect, useState } from "react";

type Known = { of: string; events: readonly DeploymentEvent[]; read: boolean; error: unknown };

/** Nothing more came for so long: all were told that there are, in ms. */
const silenceMs = 1_000;

/**
 * The events of a deployment, in order, each once. No stream is left open:
 * they are read on each time the deployment itself was read anew.
 */
export function useDeploymentEvents(deploymentId: string, readMs: number): Known {
  const transport = useTransport();
  const nothing: Known = { of: deploymentId, events: [], read: false, error: undefined };
  const [known, setKnown] = useState<Known>(nothing);
  const mine = known.of === deploymentId ? known : nothing;
  const last = mine.events.at(-1)?.sequence ?? 0n;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read up to now is where reading begins, not a reason to read
  useEffect(() => {
    const over = new AbortController();
    const enough = new AbortController();
    let timer = window.setTimeout(() => undefined);
    const take = (fresh: readonly DeploymentEvent[]): void =>
      setKnown((before) => {
        const kept = before.of === deploymentId ? before.events : [];
        const newest = kept.at(-1)?.sequence ?? 0n;
        const events = [...kept, ...fresh.filter(({ sequence }) => sequence > newest)];
        return { of: deploymentId, events, read: true, error: undefined };
      });
    const read = async (): Promise<void> => {
      const stream = createClient(DeploymentService, transport).watchDeployment(
        { deploymentId, afterSequence: last },
        { signal: AbortSignal.any([over.signal, enough.signal]) },
      );
      for await (const { events } of stream) {
        clearTimeout(timer);
        timer = window.setTimeout(() => enough.abort(), silenceMs);
        take(events);
      }
    };
    read().catch((error: unknown) => {
      if (!over.signal.aborted && !enough.signal.aborted)
        setKnown((before) => ({ ...before, of: deploymentId, error }));
    });
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [deploymentId, readMs, transport]);
  return mine;
}
