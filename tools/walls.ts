/** Checks the import walls with dependency-cruiser, and that it really saw the code. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folders = [
  "platform",
  "migrations",
  "collector",
  "catalog",
  "validation",
  "report",
  "services",
  "server",
  "agent",
  "cli",
  "web/src",
  "web/build",
  "test",
  "bench",
];
/** Fewer modules than this means that the parser saw nothing, not that all is well. */
const fewestModules = 300;

const done = spawnSync(
  join(root, "node_modules", ".bin", "depcruise"),
  ["--config", "dependency-cruiser.config.mjs", "--output-type", "json", ...folders],
  { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 },
);
if (done.error !== undefined || done.stdout === "") {
  process.stderr.write(`dependency-cruiser did not run: ${done.error?.message ?? done.stderr}\n`);
  process.exit(1);
}
type Violation = { from: string; to: string; rule: { name: string } };
type Module = { source: string; dependencies: unknown[] };
const { modules, summary } = JSON.parse(done.stdout) as { modules: Module[]; summary: { violations: Violation[] } };
for (const { from, to, rule } of summary.violations) process.stdout.write(`${rule.name}: ${from} -> ${to}\n`);
const imports = modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
process.stdout.write(`${modules.length} modules, ${imports} imports, ${summary.violations.length} through a wall\n`);
const blind = modules.length < fewestModules || imports < modules.length;
if (blind) process.stdout.write(`fewer than ${fewestModules} modules or hardly an import: the check saw too little\n`);
process.exitCode = summary.violations.length > 0 || blind ? 1 : 0;
