import { Select } from "@mantine/core";
import { DraftFilter } from "../../components/draft-filter.tsx";
import { Filters } from "../../components/filters.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useSearchState } from "../../data/use-search-state.ts";
import { taskFilters } from "./task-badge.tsx";
import { TaskTable } from "./task-table.tsx";

const defaults = { state: "", host: "", experiment: "" };

/** The work given to agents. */
export default function TasksPage() {
  const [{ state, host, experiment }, setSearch] = useSearchState(defaults);
  return (
    <>
      <PageHeader title="Tasks" lead="The work given to agents, newest first." />
      <Filters>
        <Select
          label="State"
          placeholder="All"
          data={Object.keys(taskFilters)}
          value={state === "" ? null : state}
          clearable
          clearButtonProps={{ "aria-label": "All states" }}
          onChange={(next) => setSearch({ state: next ?? "" })}
        />
        <DraftFilter
          label="Host"
          placeholder="Name or id"
          value={host}
          onChange={(next) => setSearch({ host: next.trim() })}
        />
        <DraftFilter
          label="Experiment"
          placeholder="Id"
          value={experiment}
          onChange={(next) => setSearch({ experiment: next.trim() })}
        />
      </Filters>
      <TaskTable filter={{ hostId: host, experimentId: experiment, states: taskFilters[state] ?? [] }} pageSize={50} />
    </>
  );
}
