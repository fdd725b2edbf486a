import { timestampMs } from "@bufbuild/protobuf/wkt";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { createPeriodic, type Periodic } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { ControllerPort } from "../controller-port/index.ts";
import { checkCredential } from "./credential-check.ts";
import type { Credentials } from "./credentials.ts";
import type { Credential } from "./identity-file.ts";

/** Share of a credential's life that has passed when it is renewed. */
const renewAtRatio = 2 / 3;

/** True when it is time to renew. Pure. */
export function isDue({ issuedAtMs, expiresAtMs }: Credential, nowMs: number): boolean {
  if (expiresAtMs === null) return false;
  // A clock that went back must not keep a credential from being renewed for ever.
  if (nowMs < issuedAtMs) return true;
  return nowMs >= issuedAtMs + (expiresAtMs - issuedAtMs) * renewAtRatio;
}

/** Creates the duty that renews: candidate first, then a call with it, then the swap. */
export function createRenewal(options: {
  port: ControllerPort;
  credentials: Credentials;
  logger: Logger;
  intervalMs?: number;
  now?: () => number;
}): Periodic {
  const { port, credentials, logger, intervalMs = 60_000, now = Date.now } = options;

  const settleCandidate = async (): Promise<void> => {
    const candidate = credentials.candidate();
    if (candidate === null) return;
    const judgement = await checkCredential(port, candidate.secret);
    if (judgement === "accepted") {
      await credentials.promote();
      logger.info({ expiresAt: toTime(candidate.expiresAtMs) }, "the agent's credential was renewed");
    } else if (judgement === "refused") {
      await credentials.discard();
      logger.warn("the controller refused the renewed credential; the old one stays in use");
    }
  };

  return createPeriodic({
    name: "credential renewal",
    intervalMs,
    logger,
    async run() {
      await settleCandidate();
      if (credentials.candidate() !== null || !isDue(credentials.current(), now())) return;
      const method = AgentService.method.renewCredential;
      const { credential, expireTime } = await port.call(method, {}, { credential: credentials.secret() });
      const expiresAtMs = expireTime === undefined ? null : timestampMs(expireTime);
      await credentials.propose({ secret: credential, issuedAtMs: now(), expiresAtMs });
      await settleCandidate();
    },
  });
}

function toTime(ms: number | null): string {
  return ms === null ? "never" : new Date(ms).toISOString();
}
