import { useQuery } from "@connectrpc/connect-query";
import { Select, TextInput } from "@mantine/core";
import { type MethodRule, Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { IconCheck, IconMinus } from "@tabler/icons-react";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { useSearchState } from "../../../data/use-search-state.ts";
import { useSession } from "../../../data/use-session.ts";
import { roles, roleTitle } from "../grants/roles.ts";
import classes from "../settings.module.css";
import { filterRules } from "./filter-rules.ts";

const defaults = { call: "", role: "" };

/** What each call asks of its caller. */
export function RightsTab() {
  const [{ call, role }, setSearch] = useSearchState(defaults);
  const session = useSession();
  const own = session.state === "in" || session.state === "open" ? session.methods : undefined;
  const query = useQuery(AuthService.method.getMatrix, {});
  const columns: readonly Column<MethodRule>[] = [
    {
      key: "method",
      title: "Call",
      cell: ({ method }) => {
        const at = method.indexOf("/");
        return (
          <div className={classes.call}>
            <span className={classes.name}>{method.slice(at + 1)}</span>
            <span className={classes.sub}>{method.slice(0, at)}</span>
          </div>
        );
      },
    },
    {
      key: "least",
      title: "Least role",
      cell: (rule) => (rule.public ? "anyone, without a login" : roleTitle(rule.role)),
    },
    ...roles.map(
      ({ role: of, title }): Column<MethodRule> => ({
        key: title,
        title,
        cell: (rule) => <Yes yes={rule.public || (rule.role !== Role.UNSPECIFIED && of >= rule.role)} />,
      }),
    ),
    { key: "you", title: "You", cell: ({ method }) => <Yes yes={own?.has(method) ?? true} /> },
    { key: "audited", title: "In the audit", cell: ({ audited }) => <Yes yes={audited} /> },
    { key: "fourEyes", title: "Four eyes", cell: ({ fourEyes }) => <Yes yes={fourEyes} /> },
  ];
  return (
    <>
      <Panel
        title="Roles"
        note="Each may do all that the ones before it may, everywhere or on the hosts with some labels."
      >
        <ul className={classes.lines}>
          {roles.map(({ title, may }) => (
            <li key={title}>
              <span className={classes.name}>{title}</span> {may}.
            </li>
          ))}
        </ul>
      </Panel>
      <div className={classes.filters}>
        <TextInput
          label="Calls with this in their name"
          value={call}
          onChange={(event) => setSearch({ call: event.currentTarget.value })}
        />
        <Select
          label="That this role may make"
          placeholder="Every call"
          data={roles.map((each) => ({ value: String(each.role), label: each.title }))}
          value={role === "" ? null : role}
          clearable
          clearButtonProps={{ "aria-label": "Every call" }}
          onChange={(value) => setSearch({ role: value ?? "" })}
        />
      </div>
      <QueryView query={query}>
        {({ rules }) => {
          const shown = filterRules(rules, { call, role: Number(role) });
          return shown.length === 0 ? (
            <EmptyState title="No call is like this" />
          ) : (
            <DataTable label="What each call asks" columns={columns} rows={shown} rowKey={({ method }) => method} />
          );
        }}
      </QueryView>
    </>
  );
}

function Yes({ yes }: { yes: boolean }) {
  return yes ? (
    <IconCheck size={17} className={classes.yes ?? ""} role="img" aria-label="yes" />
  ) : (
    <IconMinus size={17} className={classes.no ?? ""} role="img" aria-label="no" />
  );
}
