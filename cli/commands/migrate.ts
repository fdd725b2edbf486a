import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { Argument, Command } from "commander";
import { printValue } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { processTerminal } from "./context.ts";

/** `phoenix migrate up|down|status`. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description(
      "bring the schema of an external PostgreSQL up, take it back, or show it; a server does `up` by itself",
    )
    .addArgument(new Argument("<direction>").choices(["up", "down", "status"]))
    .option("--database-url <url>", "the PostgreSQL (PHOENIX_DATABASE_URL)")
    .option("--steps <number>", "with down: how many migrations to take back", "1")
    .option("-o, --output <format>", "table, json or yaml", "table")
    .action(
      async (direction: "up" | "down" | "status", options: { databaseUrl?: string; steps: string; output: string }) => {
        const url = options.databaseUrl ?? process.env.PHOENIX_DATABASE_URL;
        if (url === undefined || url === "") {
          throw phoenixError(
            ErrorReason.INVALID_FIELD,
            "migrate needs a PostgreSQL: name it with --database-url or PHOENIX_DATABASE_URL",
          );
        }
        const steps = Number(options.steps);
        if (!Number.isSafeInteger(steps) || steps < 1) {
          throw phoenixError(ErrorReason.INVALID_FIELD, `--steps takes a whole number from 1, not "${options.steps}"`);
        }
        const [{ migrations }, { migrate }] = await Promise.all([
          import("@phoenix/migrations"),
          import("@phoenix/platform/database"),
        ]);
        const status = await migrate(url, migrations, direction, { steps });
        if (options.output === "json" || options.output === "yaml") printValue(processTerminal, options.output, status);
        else {
          const rows = status.map(({ name, applied, known }) => [
            name,
            applied ? "applied" : "not applied",
            known ? "" : "of a newer Phoenix",
          ]);
          process.stdout.write(`${renderTable(["migration", "state", ""], rows, "There are no migrations.")}\n`);
        }
      },
    );
}
