import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { AuditService } from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import { listAudit, verifyAudit } from "../audit/index.ts";
import { cutPage, pageSizeOf, readNumberToken, writePageToken } from "./page-token.ts";
import type { ApiParts } from "./parts.ts";

/** The calls that read the audit. */
export function createAuditCalls({ db }: Pick<ApiParts, "db">): ServiceImpl<typeof AuditService> {
  return {
    async listAuditEvents(request) {
      const { actor, method, subject } = request;
      const pageSize = pageSizeOf(request.pageSize);
      // A token goes with its filter: behind another one it would skip entries.
      const list = `audit ${JSON.stringify([actor, method, subject])}`;
      const rows = await listAudit(db, {
        ...{ actor, method, subject },
        startTime: request.startTime && timestampDate(request.startTime),
        endTime: request.endTime && timestampDate(request.endTime),
        before: readNumberToken(list, request.pageToken),
        limit: pageSize + 1,
      });
      const { page, last } = cutPage(rows, pageSize);
      return {
        events: page.map((record) => ({ ...record, time: timestampFromDate(record.time) })),
        nextPageToken: last === undefined ? "" : writePageToken(list, last.sequence.toString()),
      };
    },

    async verifyAudit({ knownHash }) {
      const { entries, brokenSequence, detail, newestHash } = await verifyAudit(db, knownHash);
      return { valid: brokenSequence === 0n, entries, brokenSequence, detail, newestHash };
    },
  };
}
