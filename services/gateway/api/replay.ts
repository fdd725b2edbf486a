import { create, type DescMethodUnary, type DescService, fromBinary, type Message } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { actorHeader, encodeActor } from "@phoenix/platform/rpc";
import type { ApprovalRecord } from "../approvals/index.ts";

/** A call that was kept, ready to be made. */
export type KeptCall = { method: DescMethodUnary; request: Message; run(requestId: string): Promise<Message> };

/** Reads a call that was kept for approval; undefined for an RPC that is not served any more. */
export type Replay = (approval: ApprovalRecord) => KeptCall | undefined;

/** Creates what makes kept calls of the services behind the gateway, in the name of whoever asked. */
export function createReplay(behind: readonly (readonly [DescService, Transport])[]): Replay {
  return (approval) => {
    const [service = "", name = ""] = approval.method.split("/");
    const [desc, transport] = behind.find(([{ typeName }]) => typeName === service) ?? [];
    const method = desc?.methods.find((candidate) => candidate.name === name);
    if (transport === undefined || method === undefined || method.methodKind !== "unary") return undefined;
    const kept = fromBinary(method.input, approval.request) as Message & { requestId?: string };
    // Whoever gave no id of their own gets one, so that a repetition does nothing twice.
    const unary = method as DescMethodUnary;
    const request = create(method.input, { ...kept, requestId: kept.requestId || approval.approvalId });
    return {
      method: unary,
      request,
      async run(requestId) {
        const headers = { [actorHeader]: encodeActor(approval.requester), "x-request-id": requestId };
        return (await transport.unary(unary, undefined, undefined, headers, request)).message;
      },
    };
  };
}
