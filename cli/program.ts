import { Command } from "commander";
import { exitCodeMeanings } from "./output/exit-codes.ts";

/** The commands, each loaded when it is wanted: an agent must not carry the code of a report or a server. */
const commands: Readonly<Record<string, (program: Command) => Promise<Command>>> = {
  server: async () => (await import("./commands/server.ts")).serverCommand(),
  agent: async () => (await import("./commands/agent.ts")).agentCommand(),
  migrate: async () => (await import("./commands/migrate.ts")).migrateCommand(),
  experiment: async () => (await import("./commands/experiment.ts")).experimentCommand(),
  pipeline: async () => (await import("./commands/pipeline.ts")).pipelineCommand(),
  deployment: async () => (await import("./commands/deployment.ts")).deploymentCommand(),
  "price-book": async () => (await import("./commands/price-book.ts")).priceBookCommand(),
  host: async () => (await import("./commands/host.ts")).hostCommand(),
  loadsim: async () => (await import("./commands/loadsim.ts")).loadsimCommand(),
  task: async () => (await import("./commands/task.ts")).taskCommand(),
  certificate: async () => (await import("./commands/certificate.ts")).certificateCommand(),
  analyze: async () => (await import("./commands/analyze.ts")).analyzeCommand(),
  auth: async () => (await import("./commands/auth.ts")).authCommand(),
  user: async () => (await import("./commands/user.ts")).userCommand(),
  token: async () => (await import("./commands/token.ts")).tokenCommand(),
  approval: async () => (await import("./commands/approval.ts")).approvalCommand(),
  audit: async () => (await import("./commands/audit.ts")).auditCommand(),
  demo: async () => (await import("./commands/demo.ts")).demoCommand(),
  version: async () => (await import("./commands/version.ts")).versionCommand(),
  completion: async (program) => (await import("./commands/completion.ts")).completionCommand(program),
};

/** The command tree of `phoenix`: the one command that `args` begin with, or all of them for help and completion. */
export async function createProgram(args: readonly string[] = []): Promise<Command> {
  const program = new Command("phoenix")
    .description("Compare two OpenTelemetry Collector pipelines on the same hosts and roll the better one out.")
    .showHelpAfterError("(see --help)")
    .addHelpText(
      "after",
      `\nExit codes:\n${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`).join("\n")}\n`,
    );
  const [wanted = ""] = args;
  const only = wanted !== "completion" && Object.hasOwn(commands, wanted) ? [wanted] : Object.keys(commands);
  for (const name of only) {
    const load = commands[name];
    if (load !== undefined) program.addCommand(await load(program));
  }
  return program;
}
