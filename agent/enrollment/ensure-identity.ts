import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { AgentService, type EnrollResponse } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type { HostFactsSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { Code, ErrorReason, isPhoenixError, phoenixError } from "@phoenix/platform/errors";
import { backoffMs, sleep } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { ControllerPort } from "../controller-port/index.ts";
import { checkCredential } from "./credential-check.ts";
import { type Identity, readIdentity, writeIdentity } from "./identity-file.ts";

/** What it takes to become somebody. */
export type EnsureIdentityOptions = {
  /** The agent's state directory. */
  directory: string;
  port: ControllerPort;
  /** Needed on the first start, and when the credential was refused. */
  enrollmentToken: string | undefined;
  facts: MessageInitShape<typeof HostFactsSchema> & { hostName: string };
  /** Labels the host starts with. */
  labels: Record<string, string>;
  logger: Logger;
  /** Ends the wait for a controller that is away. */
  signal: AbortSignal;
};

/**
 * The identity of this host: the one it has, or a new one for its token. A host
 * that was enrolled starts without its controller; with a token and a credential
 * that the controller refuses it is enrolled again, under its old id where the
 * controller still knows it. Throws when neither is to be had.
 */
export async function ensureIdentity(options: EnsureIdentityOptions): Promise<Identity> {
  const { directory, port, enrollmentToken, logger } = options;
  const known = await readIdentity(directory);
  if (known !== null) {
    if (enrollmentToken === undefined) return known;
    if ((await checkCredential(port, known.credential.secret)) !== "refused") {
      logger.info({ hostId: known.hostId }, "this host is enrolled; the enrolment token is not needed and not used");
      return known;
    }
    logger.warn(
      { hostId: known.hostId },
      "the controller refuses the stored credential; enrolling again with the token",
    );
  }
  if (enrollmentToken === undefined) {
    throw phoenixError(
      ErrorReason.ENROLLMENT_TOKEN_REJECTED,
      'This host is not enrolled. Make a token with "phoenix host enroll-token" and start the agent with it: PHOENIX_ENROLLMENT_TOKEN=<token> phoenix agent.',
    );
  }
  const identity = await enrollHost(options, enrollmentToken, known?.hostId ?? "");
  await writeIdentity(directory, identity);
  logger.info({ hostId: identity.hostId, hostName: identity.hostName }, "enrolled");
  return identity;
}

/** Enrols, waiting for a controller that is away or has no room. */
async function enrollHost(options: EnsureIdentityOptions, token: string, previousHostId: string): Promise<Identity> {
  const { port, facts, labels, logger, signal } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await port.call(
        AgentService.method.enroll,
        { enrollmentToken: token, facts, labels, previousHostId },
        { signal },
      );
      return toIdentity(answer, facts.hostName);
    } catch (error) {
      const delayMs = Math.max(100, backoffMs(attempt, { baseMs: 500, maxMs: 15_000 }));
      if (signal.aborted || !mayBeTriedAgain(error)) throw error;
      logger.warn({ words: (error as Error).message, delayMs }, "not enrolled yet; trying again");
      await sleep(delayMs, signal);
      signal.throwIfAborted();
    }
  }
}

function mayBeTriedAgain(error: unknown): boolean {
  const passing = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted, Code.Aborted];
  return isPhoenixError(error) && passing.includes(error.code);
}

function toIdentity({ hostId, credential, expireTime }: EnrollResponse, hostName: string): Identity {
  const expiresAtMs = expireTime === undefined ? null : timestampMs(expireTime);
  return { hostId, hostName, credential: { secret: credential, issuedAtMs: Date.now(), expiresAtMs }, candidate: null };
}
