import { useQuery } from "@connectrpc/connect-query";
import { MultiSelect, Radio, TextInput } from "@mantine/core";
import { type Host, HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { readLabels } from "../../../format/labels.ts";
import { formatCounted } from "../../../format/quantities.ts";
import type { StepProps } from "./step-props.ts";
import classes from "./wizard.module.css";

/** Hosts asked for at once; of more it is only said that there are more. */
const page = 500;

/** Which hosts take part, with those that match now. */
export function HostsStep({ draft, change }: StepProps) {
  const { hostMode, labels, hosts } = draft;
  const read = readLabels(labels);
  const wanted = hostMode === "labels" ? (read ?? {}) : {};
  const query = useQuery(
    FleetService.method.listHosts,
    { pageSize: page, labels: wanted, states: [HostState.ONLINE] },
    { placeholderData: keepPreviousData },
  );
  return (
    <Panel
      title="Hosts"
      note="Both pipelines run beside each other on each of them; what they run now goes on untouched."
    >
      <Radio.Group
        label="Take"
        value={hostMode}
        onChange={(next) => change({ hostMode: next === "labels" || next === "names" ? next : "online" })}
      >
        <Radio value="online" label="every host that is online when it starts" mt="xs" />
        <Radio value="labels" label="hosts with labels" mt="xs" />
        <Radio value="names" label="hosts by name" mt="xs" />
      </Radio.Group>
      {hostMode === "labels" && (
        <TextInput
          label="Labels"
          description="All of them must match: role=web, zone=a"
          value={labels}
          error={read === undefined ? "Write name=value, with commas between." : undefined}
          mt="md"
          onChange={(event) => change({ labels: event.currentTarget.value })}
        />
      )}
      <QueryView query={query} lines={1}>
        {({ hosts: online, nextPageToken }) => (
          <>
            {hostMode === "names" && (
              <MultiSelect
                label="Names"
                data={online.map(nameOf)}
                value={[...hosts]}
                searchable
                clearable
                nothingFoundMessage="No host of this name is online."
                mt="md"
                onChange={(next) => change({ hosts: next })}
              />
            )}
            <p className={classes.match} role="status" data-testid="host-match">
              {hostMode === "names" ? sayNames(hosts, online) : sayMatch(online, nextPageToken !== "")}
            </p>
          </>
        )}
      </QueryView>
    </Panel>
  );
}

function nameOf({ facts, hostId }: Host): string {
  return facts?.hostName || hostId;
}

function sayMatch(online: readonly Host[], more: boolean): string {
  if (online.length === 0) return "No host that is online matches.";
  const names = online.slice(0, 12).map(nameOf).join(", ");
  const rest = online.length > 12 ? ` and ${online.length - 12} more` : "";
  return `${more ? "More than " : ""}${formatCounted(online.length, "host")} ${online.length === 1 && !more ? "matches" : "match"} now: ${names}${rest}.`;
}

function sayNames(chosen: readonly string[], online: readonly Host[]): string {
  if (chosen.length === 0) return "Choose at least one host.";
  const there = new Set(online.flatMap((host) => [nameOf(host), host.hostId]));
  const away = chosen.filter((name) => !there.has(name));
  const is = `${formatCounted(chosen.length, "host")} chosen`;
  return away.length === 0 ? `${is}; all are online.` : `${is}; not online: ${away.join(", ")}.`;
}
