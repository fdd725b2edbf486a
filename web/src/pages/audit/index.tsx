import { useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { AuditService } from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import type { AuditEvent } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { usePaging } from "../../components/use-paging.ts";
import { useSearchState } from "../../data/use-search-state.ts";
import { useMay } from "../../data/use-session.ts";
import classes from "./audit.module.css";
import { AuditEntry } from "./audit-entry.tsx";
import { AuditFilters, everything } from "./audit-filters.tsx";
import { CheckChain } from "./check-chain.tsx";
import { methodWords } from "./method-name.ts";
import { momentOf } from "./moment-input.ts";
import { OutcomeBadge } from "./outcome-badge.tsx";

/** How often the newest entries are asked for: live events do not tell of them, in ms. */
const everyMs = 10_000;

/** Who did what: the audit, newest first, and a check that it is as it was written. */
export default function AuditPage() {
  const mayList = useMay(AuditService.method.listAuditEvents);
  const mayCheck = useMay(AuditService.method.verifyAudit);
  return (
    <>
      <PageHeader title="Audit" lead="Who changed or tried to change what, from where, why, and what became of it." />
      {mayList ? (
        <Entries />
      ) : (
        <EmptyState title="Administrators alone read the audit" detail="Ask one of them for what you want to know." />
      )}
      {mayCheck && (
        <div className={classes.after}>
          <CheckChain />
        </div>
      )}
    </>
  );
}

function Entries() {
  const [filter, setFilter] = useSearchState(everything);
  const [shown, setShown] = useState<AuditEvent>();
  const { pageToken, paging } = usePaging(JSON.stringify(filter));
  const { actor, method, subject } = filter;
  const [startTime, endTime] = [momentOf(filter.from), momentOf(filter.until)];
  const query = useQuery(
    AuditService.method.listAuditEvents,
    {
      ...{ pageSize: 50, pageToken, actor, method, subject },
      ...(startTime && { startTime }),
      ...(endTime && { endTime }),
    },
    { placeholderData: keepPreviousData, refetchInterval: pageToken === "" ? everyMs : false },
  );
  const columns: readonly Column<AuditEvent>[] = [
    { key: "time", title: "When", cell: ({ time }) => <TimeText time={time} /> },
    { key: "actor", title: "Who", cell: (event) => event.actor || <span className="px-dim">nobody known</span> },
    {
      key: "method",
      title: "What",
      cell: (event) => <span className={classes.method}>{methodWords(event.method)}</span>,
    },
    { key: "subject", title: "Concerns", cell: (event) => event.subject },
    { key: "outcome", title: "Outcome", cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
    { key: "reason", title: "Reason", cell: ({ reason }) => reason },
    {
      key: "more",
      title: <span className="px-visually-hidden">More</span>,
      align: "end",
      cell: (event) => (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`All of entry ${event.sequence}`}
          onClick={() => setShown(event)}
        >
          Entry {String(event.sequence)}
        </Button>
      ),
    },
  ];
  return (
    <>
      <AuditFilters filter={filter} onChange={setFilter} />
      <QueryView query={query}>
        {({ events, nextPageToken }) =>
          events.length === 0 ? (
            <EmptyState
              title={
                Object.values(filter).some((value) => value !== "") ? "No entry is like this" : "Nothing was done yet"
              }
              detail="Calls that change something are written down here, refused ones too, and logins."
            />
          ) : (
            <DataTable
              label="Entries of the audit"
              columns={columns}
              rows={events}
              rowKey={({ sequence }) => String(sequence)}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
      <AuditEntry entry={shown} onClose={() => setShown(undefined)} />
    </>
  );
}
