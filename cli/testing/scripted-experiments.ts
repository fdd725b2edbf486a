import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import type { ExperimentEventSchema, ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";

type ExperimentInit = MessageInitShape<typeof ExperimentSchema>;
type EventInit = MessageInitShape<typeof ExperimentEventSchema>;

/** What a scripted server says of one experiment. */
export type ExperimentScript = {
  /** Its answer to an act: the experiment as the act leaves it. */
  begun: ExperimentInit;
  /** What a later look finds. */
  later: ExperimentInit;
  /** Its events; with `untilOver` the stream ends behind them, else it stays open. */
  events: EventInit[];
  /** Breaks that many streams, each after one more event. */
  breaks?: number;
};

/** A client of a server that follows a script, the streams that were asked for, and how many are open. */
export function createScriptedExperiments(script: ExperimentScript) {
  const asked: { afterSequence: bigint; untilOver: boolean }[] = [];
  const streams = { open: 0 };
  let breaks = script.breaks ?? 0;
  const transport = createRouterTransport(({ service }) => {
    service(ExperimentService, {
      promoteExperiment: () => ({ experiment: script.begun }),
      rollbackExperiment: () => ({ experiment: script.begun }),
      getExperiment: () => ({ experiment: script.later }),
      async *streamExperimentEvents({ afterSequence, untilOver }, { signal }) {
        asked.push({ afterSequence, untilOver });
        streams.open += 1;
        signal.addEventListener("abort", () => (streams.open -= 1), { once: true });
        for (const event of script.events.filter(({ sequence = 0n }) => sequence > afterSequence)) {
          yield { event };
          if (breaks > 0) {
            breaks -= 1;
            throw new ConnectError("the server is gone", Code.Unavailable);
          }
        }
        if (untilOver || signal.aborted) return;
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      },
    });
  });
  const client: Pick<PhoenixClient, "experiments"> = { experiments: createClient(ExperimentService, transport) };
  return { client, asked, streams };
}
