import { type DescMethod, type Message, toBinary } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { findInvalid } from "@phoenix/platform/rpc";
import { type Caller, type MethodRule, reachesWholeFleet, type Subject, subjectsOf } from "../access/index.ts";
import { insertApproval } from "../approvals/index.ts";
import { findSubject, reasonOf } from "./call-entry.ts";

/** Holds calls back until a second person has looked. */
export type FourEyes = {
  /** Keeps a call that a second person has to approve. @throws PhoenixError APPROVAL_REQUIRED with `approvalId`. */
  require(method: DescMethod, rule: MethodRule, caller: Caller, request: Message): Promise<void>;
};

/** Creates the hold; with `wanted` false it holds nothing. */
export function createFourEyes(parts: {
  wanted: boolean;
  db: Queryable;
  deployments: Client<typeof DeploymentService>;
  clock: () => Date;
}): FourEyes {
  const { wanted, db, deployments, clock } = parts;

  const isWholeFleet = async (subjects: readonly Subject[]): Promise<boolean> => {
    if (reachesWholeFleet(subjects)) return true;
    for (const subject of subjects) {
      if (subject.kind !== "deployment") continue;
      const { deployment } = await deployments.getDeployment({ deploymentId: subject.id });
      const { hosts = [], labels = {} } = deployment?.selector ?? {};
      if (hosts.length === 0 && Object.keys(labels).length === 0) return true;
    }
    return false;
  };

  return {
    async require(method, rule, caller, request) {
      if (!wanted || caller.open || rule.fourEyes === "never" || isTrial(request)) return;
      if (rule.fourEyes === "whole-fleet" && !(await isWholeFleet(subjectsOf(rule.concern, request)))) return;
      const invalid = findInvalid(method.input, request);
      if (invalid !== undefined) throw invalid;
      const subject = findSubject(request, undefined);
      const approvalId = await insertApproval(db, {
        method: `${method.parent.typeName}/${method.name}`,
        request: toBinary(method.input, request),
        summary: `${sentenceOf(method.name)} ${subject}`.trim(),
        requester: caller.name,
        requesterUserId: caller.userId || null,
        requesterTokenId: caller.tokenId || null,
        reason: reasonOf(request),
        createTime: clock(),
      });
      throw phoenixError(
        ErrorReason.APPROVAL_REQUIRED,
        `A second person has to approve this: it waits as ${approvalId} and is done once someone else approves it.`,
        { metadata: { approvalId } },
      );
    },
  };
}

/** A call that only checks changes nothing. */
function isTrial(request: Message): boolean {
  return (request as Message & { validateOnly?: boolean }).validateOnly === true;
}

/** "PromoteExperiment" as "Promote experiment". */
function sentenceOf(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
