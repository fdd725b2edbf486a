import { useQuery } from "@connectrpc/connect-query";
import { type Experiment, ExperimentOutcome } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { Stat, StatGrid } from "../../../components/stat.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { formatCount, formatPercent } from "../../../format/quantities.ts";
import { formatInterval } from "../figures.ts";

/** What a promotion with hosts held back really saves; nothing where none were. */
export function RealisedPanel({ experiment }: { experiment: Experiment }) {
  const { outcome, hosts } = experiment;
  if (outcome !== ExperimentOutcome.PROMOTED || !hosts.some(({ heldBack }) => heldBack)) return null;
  return <Realised experiment={experiment} />;
}

function Realised({ experiment: { experimentId, holdBackUntil } }: { experiment: Experiment }) {
  const query = useQuery(ExperimentService.method.getRealisedSaving, { experimentId });
  return (
    <Panel
      title="What the promotion really saves"
      note={
        <>
          Promoted hosts against hosts held back, each against itself during the experiment. Held back until{" "}
          <TimeText time={holdBackUntil} />.
        </>
      }
    >
      <QueryView query={query} lines={2}>
        {({ saving }) =>
          saving !== undefined && (
            <>
              <StatGrid>
                <Stat
                  label="Realised"
                  value={formatPercent(saving.realised?.estimate ?? Number.NaN)}
                  unit="fewer active series"
                  note={formatInterval(saving.realised)}
                />
                <Stat
                  label="Promised"
                  value={formatPercent(saving.promised?.estimate ?? Number.NaN)}
                  unit="fewer active series"
                  note={formatInterval(saving.promised)}
                />
                <Stat
                  label="Hosts"
                  value={`${formatCount(saving.promotedHosts)} against ${formatCount(saving.heldBackHosts)}`}
                  note={`${formatCount(saving.blocks)} blocks`}
                />
              </StatGrid>
              <p>{saving.detail}</p>
            </>
          )
        }
      </QueryView>
    </Panel>
  );
}
