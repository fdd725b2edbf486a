import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { Code, isPhoenixError } from "@phoenix/platform/errors";
import type { ControllerPort } from "../controller-port/index.ts";

const noDigest = "0".repeat(64);

/**
 * Asks the controller whether it accepts a credential, with a read that changes
 * nothing: a configuration nobody has. Any answer but "unauthenticated" comes
 * from behind the door. Unknown when the controller does not answer.
 */
export async function checkCredential(
  port: ControllerPort,
  secret: string,
): Promise<"accepted" | "refused" | "unknown"> {
  try {
    await port.call(AgentService.method.fetchConfig, { configDigest: noDigest }, { credential: secret });
    return "accepted";
  } catch (error) {
    if (!isPhoenixError(error)) throw error;
    if (error.code === Code.Unauthenticated) return "refused";
    return error.code === Code.NotFound ? "accepted" : "unknown";
  }
}
