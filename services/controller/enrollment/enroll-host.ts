import { randomUUID } from "node:crypto";
import { toJson } from "@bufbuild/protobuf";
import { type HostFacts, HostFactsSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { noticeHostChange, removeHost } from "../fleet/index.ts";
import type { TaskEndListener } from "../tasks/index.ts";
import { type IssuedCredential, issueCredential } from "./agent-credential.ts";
import { decideEnrollment } from "./decide-enrollment.ts";
import { findEnrollmentToken, useEnrollmentToken } from "./enrollment-token.ts";

/** What a machine asks with. */
export type Enrollment = {
  enrollmentToken: string;
  facts: HostFacts;
  labels: Readonly<Record<string, string>>;
  previousHostId: string;
};

const findHolder = `
  select h.host_id, s.state = 'online' as online
  from hosts h join agent_status s using (host_id) where h.host_name = $1 for update of h`;

const insertHost = `
  with host as (insert into hosts (host_id, host_name, labels) values ($1, $2, $3::jsonb))
  insert into agent_status (host_id, facts) values ($1, $4::jsonb)`;
const lockName = `select pg_advisory_xact_lock(hashtext('enroll'), hashtext($1))`;

/**
 * Exchanges an enrolment token for a host and its credential, in one
 * transaction: a refused enrolment does not use the token up.
 * @throws PhoenixError ENROLLMENT_TOKEN_REJECTED, also when the name belongs to another host that is online.
 */
export async function enrollHost(
  db: Database,
  request: Enrollment,
  rules: { credentialTtlMs: number; onTaskEnd: TaskEndListener },
): Promise<IssuedCredential & { hostId: string }> {
  return db.transaction(async (tx) => {
    const token = await findEnrollmentToken(tx, request.enrollmentToken);
    if (token === null) throw tokenRejected();
    const hostId = await takeName(tx, request, { ...token.labels, ...request.labels }, rules.onTaskEnd);
    await noticeHostChange(tx);
    const credential = await issueCredential(tx, hostId, rules.credentialTtlMs);
    // Last, since hundreds of machines may wait for this one row; another may have used the token up meanwhile.
    if (!(await useEnrollmentToken(tx, request.enrollmentToken))) throw tokenRejected();
    return { hostId, ...credential };
  });
}

function tokenRejected(): Error {
  return phoenixError(
    ErrorReason.ENROLLMENT_TOKEN_REJECTED,
    "The enrolment token is unknown, expired, used up or revoked. Ask for a new one and enrol again.",
  );
}

async function takeName(
  tx: Tx,
  { facts, previousHostId }: Enrollment,
  labels: Readonly<Record<string, string>>,
  onTaskEnd: TaskEndListener,
): Promise<string> {
  // Two machines that ask for one new name at once take turns.
  await tx.query(lockName, [facts.hostName]);
  const [row] = await tx.query<{ host_id: string; online: boolean }>(findHolder, [facts.hostName]);
  const holder = row === undefined ? null : { hostId: row.host_id, online: row.online };
  const decision = decideEnrollment(holder, previousHostId);
  if (decision === "refuse") {
    throw phoenixError(
      ErrorReason.ENROLLMENT_TOKEN_REJECTED,
      `The host name ${facts.hostName} belongs to another host that is online. Give this machine another name, or delete that host first.`,
      { code: Code.AlreadyExists, metadata: { hostName: facts.hostName } },
    );
  }
  if (decision === "keep" && holder !== null) return holder.hostId;
  if (decision === "replace" && holder !== null) {
    await removeHost(tx, holder.hostId, "another machine was enrolled under the name of this host", onTaskEnd);
  }
  const hostId = randomUUID();
  const written = [JSON.stringify(labels), JSON.stringify(toJson(HostFactsSchema, facts))];
  await tx.query(insertHost, [hostId, facts.hostName, ...written]);
  return hostId;
}
