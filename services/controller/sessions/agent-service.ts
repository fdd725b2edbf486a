import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate, timestampNow } from "@bufbuild/protobuf/wkt";
import { Metadata } from "@grpc/grpc-js";
import type { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { type Welcome, WelcomeSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError, phoenixError } from "@phoenix/platform/errors";
import type { Gathering } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { failCall, type GrpcImplementation, type UnaryContext } from "@phoenix/platform/rpc";
import { enrollHost, renewCredential } from "../enrollment/index.ts";
import { storeComponentSet } from "../fleet/index.ts";
import type { TaskEndListener } from "../tasks/index.ts";
import type { Admission } from "./admission.ts";
import type { AgentSession, newAgentSession } from "./agent-session.ts";
import type { ConfigCache } from "./config-cache.ts";
import { authenticate, bearerOf, credentialRejected, type OpenedSession } from "./open-session.ts";
import type { PollSessions } from "./poll-sessions.ts";
import type { AgentStream } from "./stream-link.ts";

/** What the service is made of. */
export type AgentServiceOptions = {
  db: Database;
  logger: Logger;
  /** For calls that cost a transaction of their own. */
  admission: Admission;
  /** Opens sessions by credential, many at a time. */
  openings: Gathering<string, OpenedSession>;
  configs: ConfigCache;
  polls: PollSessions;
  /** Told what a collector contains, after it is stored. */
  onComponents(digest: string): void;
  /** Holds the conversation on a stream; see stream-session. */
  hold(call: AgentStream, identity: Parameters<typeof newAgentSession>[0], welcome: Welcome): void;
  welcome(session: SessionTerms): Welcome;
  credentialTtlMs: number;
  onTaskEnd: TaskEndListener;
  /** True from the moment the server begins to stop. */
  stopping(): boolean;
};

type Headed = Pick<UnaryContext, "header">;

const authorizationOf = ({ header }: Headed): string | undefined => header("authorization");

/** What an agent is told of its session. */
export type SessionTerms = Pick<AgentSession, "hostId" | "session" | "heartbeatIntervalMs">;

/** Makes the Welcome of a server. */
export function welcomeOf(
  rules: { heartbeatIntervalMs: number; maxObservationsPerBatch: number; serverVersion: string },
  { hostId, session, heartbeatIntervalMs }: SessionTerms,
): Welcome {
  return create(WelcomeSchema, {
    hostId,
    session,
    heartbeatInterval: durationFromMs(heartbeatIntervalMs),
    workingHeartbeatInterval: durationFromMs(rules.heartbeatIntervalMs),
    maxObservationsPerBatch: rules.maxObservationsPerBatch,
    controllerTime: timestampNow(),
    serverVersion: rules.serverVersion,
  });
}

/** Creates the service agents talk to, its unary calls by gRPC and Connect alike. Every call but Enroll says who it is by its credential alone. */
export function createAgentService(options: AgentServiceOptions): GrpcImplementation<typeof AgentService> {
  const { db, logger, admission, polls } = options;

  const identify = async (context: Headed) => {
    if (options.stopping()) throw shuttingDown();
    return authenticate(db, authorizationOf(context));
  };

  const open = async (call: AgentStream): Promise<void> => {
    try {
      if (options.stopping()) throw shuttingDown();
      const credential = bearerOf(call.metadata.get("authorization")[0]?.toString());
      const opened = credential === "" ? null : await options.openings.add(credential);
      if (opened === null) throw credentialRejected();
      if (call.cancelled) return;
      const { identity, session, heartbeatIntervalMs } = opened;
      const terms = { hostId: identity.hostId, session, heartbeatIntervalMs };
      // A server that began to stop meanwhile has drained its sessions already.
      if (options.stopping()) throw shuttingDown();
      options.hold(call, { ...terms, credentialExpireAt: identity.expireAt }, options.welcome(terms));
    } catch (error) {
      if (!isPhoenixError(error)) logger.error({ err: error }, "a stream of an agent could not be opened");
      if (!call.cancelled) failCall(call, error);
    }
  };

  return {
    async enroll(request) {
      if (options.stopping()) throw shuttingDown();
      const { facts, ...rest } = request;
      if (facts === undefined) throw phoenixError(ErrorReason.INVALID_FIELD, "facts: value is required");
      const { credentialTtlMs, onTaskEnd } = options;
      const enrolled = await admission.run(() => enrollHost(db, { ...rest, facts }, { credentialTtlMs, onTaskEnd }));
      logger.info({ hostId: enrolled.hostId, hostName: facts.hostName }, "a host was enrolled");
      const { hostId, credential, expireAt } = enrolled;
      return { hostId, credential, expireTime: timestampFromDate(expireAt) };
    },
    async renewCredential(_request, context) {
      const { hostId } = await identify(context);
      const presented = bearerOf(authorizationOf(context));
      const renewed = await db.transaction((tx) => renewCredential(tx, hostId, presented, options.credentialTtlMs));
      logger.info({ hostId }, "an agent renewed its credential");
      return { credential: renewed.credential, expireTime: timestampFromDate(renewed.expireAt) };
    },
    connect(call) {
      // Headers go out with the first message otherwise, and clients wait for them.
      call.sendMetadata(new Metadata());
      void open(call as AgentStream);
    },
    async fetchConfig(request, context) {
      await identify(context);
      return { config: await options.configs.get(request.configDigest) };
    },
    async reportComponents({ components }, context) {
      const { hostId } = await identify(context);
      if (components === undefined) throw phoenixError(ErrorReason.INVALID_FIELD, "components: value is required");
      options.onComponents(await storeComponentSet(db, hostId, components));
      return {};
    },
    async pollTasks(request, context) {
      return polls.pollTasks(await identify(context), request, context.signal);
    },
    async reportTask(request, context) {
      await polls.reportTask(await identify(context), request);
      return {};
    },
    async sendHeartbeat(request, context) {
      const beat = async () => polls.sendHeartbeat(await identify(context), request);
      // A first heartbeat is what opening a stream is.
      return { welcome: await (request.hello === undefined ? beat() : admission.run(beat)) };
    },
    async pushObservations(request, context) {
      await polls.pushObservations(await identify(context), request);
      return {};
    },
    async pushLogs(request, context) {
      await polls.pushLogs(await identify(context), request);
      return {};
    },
  };
}

function shuttingDown() {
  return phoenixError(ErrorReason.SHUTTING_DOWN, "The server is shutting down. Try again elsewhere or later.");
}
