/**
 * What the fleet does and costs now. Money is counted only where an experiment
 * measured what hosts run: what is not known is said, not guessed.
 */
import { useQuery } from "@connectrpc/connect-query";
import { Select } from "@mantine/core";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { prefetch } from "../../data/prefetch.ts";
import { useSearchState } from "../../data/use-search-state.ts";
import type { AskAhead } from "../registry.ts";
import { EventsPanel } from "./events-panel.tsx";
import { FleetPanel } from "./fleet-panel.tsx";
import { HealthPanel } from "./health-panel.tsx";
import classes from "./overview.module.css";
import { askRunning, RunningPanel } from "./running-panel.tsx";
import { askFleet, useFleet } from "./use-fleet.ts";

const defaults = { book: "" };

const { listPriceBooks } = BenchmarkService.method;
const everyBook = { pageSize: 500 };

/** Asks for what the page shows first. */
export const ask: AskAhead = () => {
  askFleet();
  askRunning();
  prefetch(listPriceBooks, everyBook);
};

/** The first page. */
export default function OverviewPage() {
  const [{ book }, setSearch] = useSearchState(defaults);
  const fleet = useFleet();
  const books = useQuery(listPriceBooks, everyBook, { refetchInterval: false });
  const known = books.data?.priceBooks ?? [];
  const chosen = known.find(({ name }) => name === book) ?? known[0];
  return (
    <>
      <PageHeader
        title="Overview"
        lead="What runs on the fleet, what it costs, and what changes."
        actions={
          known.length > 0 && (
            <Select
              aria-label="Price book"
              data={known.map(({ name, title }) => ({ value: name, label: title || name }))}
              value={chosen?.name ?? null}
              allowDeselect={false}
              w={300}
              onChange={(name) => setSearch({ book: name ?? "" })}
            />
          )
        }
      />
      <QueryView query={fleet}>
        {(counts) =>
          counts.length === 0 ? (
            <EmptyState
              title="No host has an agent yet"
              detail="Make an enrolment token with `phoenix host enroll-token`, then start `phoenix agent` on a host with it."
            />
          ) : (
            <FleetPanel counts={counts} book={chosen} />
          )
        }
      </QueryView>
      <RunningPanel />
      <div className={classes.columns}>
        <QueryView query={fleet} lines={2}>
          {(counts) => <HealthPanel counts={counts} />}
        </QueryView>
        <EventsPanel />
      </div>
    </>
  );
}
