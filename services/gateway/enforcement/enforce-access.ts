import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor, type StreamResponse } from "@connectrpc/connect";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { actorHeader, encodeActor } from "@phoenix/platform/rpc";
import {
  type Caller,
  callerKey,
  filterAnswer,
  type HostScope,
  type Judged,
  judgeCall,
  judgeHosts,
  type MethodRule,
  refuseTokenInAddress,
  ruleOf,
  subjectsOf,
} from "../access/index.ts";
import { type Authenticator, openCaller } from "../sessions/index.ts";
import { peekFirst } from "./first-message.ts";
import type { FourEyes } from "./four-eyes.ts";
import type { CallRecorder } from "./record-call.ts";

/** What enforcing needs. */
export type EnforcementParts = {
  /** No login is asked for: everyone is an administrator. */
  open: boolean;
  authenticator: Authenticator;
  scope: HostScope;
  recorder: CallRecorder;
  fourEyes: FourEyes;
};

/** What answers health and reflection, which say nothing of what Phoenix does. */
const infrastructure = /^grpc\.(health|reflection)\./;

/** How long a stream goes on without another look at whether its caller may still read it, in milliseconds. */
const lookAgainMs = 10_000;

/**
 * Enforces the rules on every call that the API port serves: who calls, what
 * the RPC asks of its caller, what the request concerns, what the answer may
 * tell. Records what is recorded. Comes before the validation of messages.
 */
export function enforceAccess(parts: EnforcementParts): Interceptor {
  const { open, authenticator, scope, recorder, fourEyes } = parts;

  const judge = async (method: string, rule: MethodRule, caller: Caller | undefined, request: Message) => {
    if (rule.who === "anyone") return undefined;
    const judged = judgeCall(method, rule, caller);
    await judgeHosts(method, rule, judged, subjectsOf(rule.concern, request), scope);
    return judged;
  };

  return (next) => async (request) => {
    const { parent, name } = request.method;
    if (infrastructure.test(parent.typeName)) return next(request);
    // Whoever sets it from outside is not believed.
    request.header.delete(actorHeader);
    refuseTokenInAddress(request.url);
    const rule = ruleOf(parent.typeName, name);
    if (rule === undefined || rule.who === "services") {
      throw new ConnectError(`${parent.typeName}/${name} is not served here`, Code.Unimplemented);
    }
    const method = `${parent.typeName}/${name}`;
    const caller = open ? openCaller : await authenticator.authenticate(request.header.get("authorization"));
    request.contextValues.set(callerKey, caller);
    if (caller !== undefined) request.header.set(actorHeader, encodeActor(caller.name));

    if (request.stream) {
      const { first, all } = await peekFirst(request.message);
      if (first === undefined) throw phoenixError(ErrorReason.INVALID_FIELD, `${method} came without its request.`);
      const judged = await judge(method, rule, caller, first);
      const response = await next({ ...request, message: all });
      if (judged === undefined || !response.stream) return response;
      return { ...response, message: watched(response.message, method, rule, judged, first) };
    }
    const { message } = request;
    const serve = async () => {
      const judged = await judge(method, rule, caller, message);
      if (judged !== undefined) await fourEyes.require(request.method, rule, judged.caller, message);
      const response = await next(request);
      if (judged === undefined || response.stream || !needsFilter(rule, judged)) return response;
      await filterAnswer(response.message, judged.caller.grants, scope);
      return response;
    };
    return rule.audited ? recorder.record(request, serve) : serve();
  };

  /** A stream as far as its caller may see it, for as long as the caller may. */
  async function* watched(
    messages: StreamResponse["message"],
    method: string,
    rule: MethodRule,
    begun: Judged,
    request: Message,
  ): StreamResponse["message"] {
    let judged = begun;
    let lookedAt = performance.now();
    for await (const message of messages) {
      if (!open && performance.now() - lookedAt > lookAgainMs) {
        lookedAt = performance.now();
        const caller = await authenticator.lookAgain(judged.caller);
        judged = judgeCall(method, rule, caller);
        await judgeHosts(method, rule, judged, subjectsOf(rule.concern, request), scope);
      }
      if (needsFilter(rule, judged) && !(await filterAnswer(message, judged.caller.grants, scope))) continue;
      yield message;
    }
  }
}

function needsFilter(rule: MethodRule, { everywhere }: Judged): boolean {
  return rule.concern === "listed" && !everywhere;
}
