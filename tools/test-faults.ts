/**
 * `npm run test:faults -- [--seed N] [--minutes M] [--rows TEXT]`: every fault row, the
 * long ones too, then random faults for M minutes (default 2). Prints what was injected
 * and seen, and how to repeat it; exit code 1 when an invariant did not hold.
 */
import { parseArgs } from "node:util";
import { findCollector } from "@phoenix/collector";
import { runFaults } from "@phoenix/test/faults/main.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    minutes: { type: "string", default: "2" },
    rows: { type: "string" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const minutes = Number(values.minutes);
if (!Number.isSafeInteger(seed) || seed < 0 || !Number.isFinite(minutes) || minutes < 0) {
  process.stderr.write("test:faults: --seed takes a whole number, --minutes a number of minutes\n");
  process.exit(2);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const collector = await findCollector({
  env: process.env,
  onProgress: (line) => process.stderr.write(`test:faults: ${line}\n`),
});
// Agents of the suite are processes of their own and find it by this.
process.env.PHOENIX_OTELCOL = collector.path;

const rowsArgument = values.rows === undefined ? "" : ` --rows ${JSON.stringify(values.rows)}`;
const again = `npm run test:faults -- --seed ${seed} --minutes ${minutes}${rowsArgument}`;
say(`seed ${seed}`);
const failures = await runFaults({ seed, randomMs: minutes * 60_000, rows: values.rows, log: say });
say(failures === 0 ? "faults: clean" : `faults: ${failures} failures; repeat with: ${again}`);
process.exitCode = failures === 0 ? 0 : 1;
