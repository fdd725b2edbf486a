import { agentSchema, resolveAgentConfig, runAgent } from "@phoenix/agent";
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
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    onTermination(() => resolve());
    const agent = await runAgent(config);
    await Promise.race([asked, agent.done]);
    await agent.stop();
  });
}
