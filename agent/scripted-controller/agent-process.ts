// An agent as a process of its own, for tests that kill it: address, state directory, transport, token.
import { createLogger } from "@phoenix/platform/logging";
import { runAgent } from "../index.ts";

const [agentUrl, stateDir, transport, enrollmentToken] = process.argv.slice(2);
const agent = await runAgent({
  agentUrl,
  stateDir: stateDir as string,
  transport: transport as "stream" | "poll",
  enrollmentToken: enrollmentToken || undefined,
  hostName: "test-host",
  logger: createLogger({ name: "agent", level: "info" }),
});
process.once("SIGTERM", () => void agent.stop());
await agent.done;
