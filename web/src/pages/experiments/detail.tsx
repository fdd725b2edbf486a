/**
 * One experiment: where it stands, what it measured, what that costs, what was
 * done with it. Everything comes from the server as it is; live events say when
 * to read anew. A part a tab, loaded when it is looked at.
 */
import { useQuery } from "@connectrpc/connect-query";
import { Tabs } from "@mantine/core";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { Verdict } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { useParams } from "@tanstack/react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { useSearchState } from "../../data/use-search-state.ts";
import { CostTab } from "./detail/cost-tab.tsx";
import { EventsTab } from "./detail/events-tab.tsx";
import { EvidenceTab } from "./detail/evidence-tab.tsx";
import { ExperimentActs } from "./detail/experiment-acts.tsx";
import { HostsTab } from "./detail/hosts-tab.tsx";
import { PhaseTimeline } from "./detail/phase-timeline.tsx";
import { SummaryTab } from "./detail/summary-tab.tsx";
import { armsOf } from "./figures.ts";
import { OutcomeBadge, PhaseBadge } from "./phase-badge.tsx";

const defaults = { tab: "summary", book: "" };

const parent = { to: "/experiments", title: "Experiments" };

/** The page of one experiment. */
export default function ExperimentPage() {
  const { experimentId = "" } = useParams({ strict: false }) as { experimentId?: string };
  const query = useQuery(ExperimentService.method.getExperiment, { experimentId });
  const verdicts = useQuery(AnalyticsService.method.getVerdict, { experimentId });
  const experiment = query.data?.experiment;
  return (
    <>
      {experiment === undefined ? (
        <PageHeader title="Experiment" parent={parent} />
      ) : (
        <PageHeader
          title={experiment.name}
          parent={parent}
          lead={<Lead experiment={experiment} />}
          actions={<ExperimentActs experiment={experiment} />}
        />
      )}
      <QueryView query={query}>
        {({ experiment: known }) =>
          known !== undefined && <Parts experiment={known} verdicts={verdicts.data?.verdicts ?? known.verdicts} />
        }
      </QueryView>
    </>
  );
}

function Lead({ experiment }: { experiment: Experiment }) {
  const [baseline, ...candidates] = armsOf(experiment).map(({ pipeline }) => pipeline?.name ?? "");
  return (
    <>
      <PhaseBadge phase={experiment.phase} /> <OutcomeBadge experiment={experiment} />{" "}
      {`${candidates.join(", ")} against ${baseline}, created `}
      <TimeText time={experiment.createTime} relative />
    </>
  );
}

function Parts({ experiment, verdicts }: { experiment: Experiment; verdicts: readonly Verdict[] }) {
  const [{ tab, book }, setSearch] = useSearchState(defaults);
  const given = { experiment, verdicts };
  return (
    <>
      <PhaseTimeline experiment={experiment} />
      <Tabs value={tab} onChange={(next) => setSearch({ tab: next ?? "summary" })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="summary">Summary</Tabs.Tab>
          <Tabs.Tab value="evidence">Evidence</Tabs.Tab>
          <Tabs.Tab value="cost">Cost</Tabs.Tab>
          <Tabs.Tab value="hosts">Hosts and load</Tabs.Tab>
          <Tabs.Tab value="events">Events</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="summary">
          <SummaryTab {...given} book={book} />
        </Tabs.Panel>
        <Tabs.Panel value="evidence">
          <EvidenceTab {...given} />
        </Tabs.Panel>
        <Tabs.Panel value="cost">
          <CostTab experiment={experiment} book={book} onBook={(next) => setSearch({ book: next })} />
        </Tabs.Panel>
        <Tabs.Panel value="hosts">
          <HostsTab experiment={experiment} />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <EventsTab experiment={experiment} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
