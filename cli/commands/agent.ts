import { agentSchema, resolveAgentConfig } from "@phoenix/agent/config";
import { onTermination } from "@phoenix/platform/lifecycle";
import { Command } from "commander";
import { withConfigOptions } from "./config-options.ts";

/** `phoenix agent`. */
export function agentCommand(): Command {
  const command = new Command("agent").description(
    "run the agent of this host: it dials the server, supervises collectors, measures them",
  );
  return withConfigOptions(command, agentSchema).action(async (options: Record<string, unknown>) => {
    const { config: file = process.env.PHOENIX_CONFIG || undefined, ...flags } = options as { config?: string };
    const config = resolveAgentConfig({ flags, env: process.env, file });
    const stopping = new AbortController();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    onTermination(() => {
      stopping.abort();
      resolve();
    });
    const { runAgent } = await import("@phoenix/agent");
    const agent = await runAgent(config, stopping.signal);
    await Promise.race([asked, agent.done]);
    await agent.stop();
  });
}
