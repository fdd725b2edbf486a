import type { ServiceImpl } from "@connectrpc/connect";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import {
  changeHost,
  countHosts,
  findComponentSet,
  findUnknownHost,
  type HostFeed,
  listHostComponents,
  listHosts,
  removeHost,
  requireHost,
} from "../fleet/index.ts";
import { cancelHostTasks, type TaskEndListener } from "../tasks/index.ts";
import { answerOnce } from "./answer-once.ts";
import { createEnrollmentCalls } from "./enrollment-calls.ts";
import { hostMessage, hostStateOf, storedHostState } from "./host-message.ts";
import { cutPage, keyOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";
import { createTaskCalls } from "./task-calls.ts";

/** What the service needs. */
export type FleetServiceOptions = {
  db: Database;
  feed: HostFeed;
  onTaskEnd: TaskEndListener;
  enrollmentTtlMs: number;
};

const hostList = "hosts";
const methods = FleetService.method;

/** Creates the service of the fleet, as users see it. */
export function createFleetService(options: FleetServiceOptions): ServiceImpl<typeof FleetService> {
  const { db, feed, onTaskEnd } = options;
  return {
    ...createTaskCalls(db, onTaskEnd),
    ...createEnrollmentCalls(db, options),
    async listHosts(request) {
      const pageSize = pageSizeOf(request.pageSize);
      const after = keyOfPageToken(hostList, request.pageToken);
      const states = request.states.flatMap((state) => storedHostState(state) ?? []);
      const filter = { labels: request.labels, ...(request.states.length === 0 ? {} : { states }) };
      const { page, last } = cutPage(await listHosts(db, filter, after, pageSize + 1), pageSize);
      const nextPageToken = last === undefined ? "" : pageTokenFor(hostList, last.hostName);
      return { hosts: page.map(hostMessage), nextPageToken };
    },
    async countHosts({ anyOf }) {
      const counts = await countHosts(
        db,
        anyOf.map(({ labels }) => labels),
      );
      return { counts: counts.map((one) => ({ ...one, state: hostStateOf(one.state) })) };
    },
    async getHost({ hostId, withComponents }) {
      const record = await requireHost(db, hostId);
      const digest = record.facts?.collectorComponentsDigest ?? "";
      const components = withComponents && digest !== "" ? await findComponentSet(db, digest) : null;
      return { host: hostMessage(record), ...(components === null ? {} : { components }) };
    },
    async listHostComponents({ hosts, labels }) {
      const unknown = await findUnknownHost(db, hosts);
      if (unknown !== undefined) await requireHost(db, unknown);
      return { groups: await listHostComponents(db, { hosts, labels }) };
    },
    async updateHost(request) {
      const paths = request.updateMask?.paths ?? [];
      const foreign = paths.find((path) => path !== "labels");
      if (foreign !== undefined || paths.length === 0) {
        throw phoenixError(
          ErrorReason.INVALID_FIELD,
          `update_mask: a host's "labels" can be changed, not ${JSON.stringify(foreign ?? "")}. Send the mask "labels".`,
        );
      }
      return answerOnce(db, methods.updateHost, request, async (tx) => {
        const { labels, etag } = request;
        return { host: hostMessage(await changeHost(tx, request.hostId, { labels, etag })) };
      });
    },
    async drainHost(request) {
      return answerOnce(db, methods.drainHost, request, async (tx) => {
        const { draining, reason } = request;
        const host = await changeHost(tx, request.hostId, { draining });
        if (draining)
          await cancelHostTasks(tx, host.hostId, "waiting", because("the host is draining", reason), onTaskEnd);
        return { host: hostMessage(host) };
      });
    },
    async deleteHost(request) {
      return answerOnce(db, methods.deleteHost, request, async (tx) => {
        const { hostId } = await requireHost(tx, request.hostId);
        await removeHost(tx, hostId, because("the host was deleted", request.reason), onTaskEnd);
        return {};
      });
    },
    async *watchHosts(request, context) {
      for await (const host of feed.watch(request.labels, context.signal)) yield { host: hostMessage(host) };
    },
  };
}

/** What tasks that end with a host say of it: what was done, and why where someone said so. */
function because(what: string, reason: string): string {
  return reason === "" ? what : `${what}: ${reason}`;
}
