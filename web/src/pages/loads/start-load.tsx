import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { useQuery, useTransport } from "@connectrpc/connect-query";
import { Button, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import {
  LoadSimulationService,
  StartLoadSimulationRequestSchema,
} from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { toastDone } from "../../components/toast.tsx";
import { useMay } from "../../data/use-session.ts";
import { readLabels } from "../../format/labels.ts";
import classes from "./loads.module.css";

/** Offers to start load on hosts. */
export function StartLoadButton() {
  const [asked, setAsked] = useState(false);
  const may = useMay(LoadSimulationService.method.startLoadSimulation);
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsked(true)}>Start load</Button>
      {asked && <StartDialog onClose={() => setAsked(false)} />}
    </>
  );
}

function StartDialog({ onClose }: { onClose: () => void }) {
  const transport = useTransport();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const profiles = useQuery(LoadSimulationService.method.listLoadProfiles, {}).data?.profiles ?? [];
  const online =
    useQuery(FleetService.method.listHosts, { pageSize: 500, states: [HostState.ONLINE] }).data?.hosts ?? [];
  const [draft, setDraft] = useState({
    profile: "",
    hosts: [] as string[],
    labels: "",
    processes: 0,
    seed: 1,
    minutes: 10,
  });
  const change = (next: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...next }));
  const labels = readLabels(draft.labels);
  const chosen = profiles.find(({ name }) => name === draft.profile) ?? profiles[0];
  return (
    <ConfirmDialog
      opened
      title="Start load"
      confirm="Start it"
      reason="none"
      onClose={onClose}
      onConfirm={async ({ requestId }) => {
        if (chosen === undefined) throw new Error("Choose a profile.");
        if (labels === undefined) throw new Error("Write labels as name=value, with commas between.");
        if (draft.hosts.length === 0 && Object.keys(labels).length === 0) {
          throw new Error("Choose hosts by name, or by labels.");
        }
        const request = create(StartLoadSimulationRequestSchema, {
          requestId,
          hosts: { hosts: draft.hosts, labels },
          load: { case: "profile", value: chosen.name },
          processes: draft.processes,
          seed: BigInt(draft.seed),
          maxDuration: durationFromMs(draft.minutes * 60_000),
        });
        const { loadSimulation } = await createClient(LoadSimulationService, transport).startLoadSimulation(request);
        toastDone("The load is being started.");
        await queries.invalidateQueries();
        await navigate({ to: `/loads/${encodeURIComponent(loadSimulation?.loadSimulationId ?? "")}` });
      }}
    >
      The hosts get busy for as long as it runs.
      <div className={classes.form}>
        <Select
          label="Profile"
          description={chosen?.description}
          data={profiles.map(({ name }) => name)}
          value={chosen?.name ?? null}
          allowDeselect={false}
          onChange={(next) => change({ profile: next ?? "" })}
        />
        <MultiSelect
          label="Hosts"
          description="Those that are online, by name"
          data={online.map(({ facts, hostId }) => facts?.hostName || hostId)}
          value={draft.hosts}
          searchable
          clearable
          nothingFoundMessage="No host of this name is online."
          onChange={(hosts) => change({ hosts })}
        />
        <TextInput
          label="Labels"
          description="All of them must match; with hosts, of these those that have them: role=web"
          value={draft.labels}
          error={labels === undefined ? "Write name=value, with commas between." : undefined}
          onChange={(event) => change({ labels: event.currentTarget.value })}
        />
        <NumberInput
          label="Processes on each host"
          description={
            chosen === undefined
              ? undefined
              : `0 takes the profile's own ${chosen.defaultProcesses}; at most ${chosen.maxProcesses}`
          }
          value={draft.processes}
          min={0}
          max={chosen?.maxProcesses ?? 2_000}
          onChange={(next) => change({ processes: Number(next) || 0 })}
        />
        <NumberInput
          label="Minutes"
          description="It ends by itself after that."
          value={draft.minutes}
          min={1}
          max={1_440}
          onChange={(next) => change({ minutes: Number(next) || 10 })}
        />
        <NumberInput
          label="Seed"
          description="The same seed makes the same load."
          value={draft.seed}
          min={0}
          onChange={(next) => change({ seed: Number(next) || 0 })}
        />
      </div>
    </ConfirmDialog>
  );
}
