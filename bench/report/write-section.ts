import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeMachine } from "./machine.ts";

const path = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const head = `# Benchmarks

Every section is written by the command it names, from one run. Machines are noisy: read medians and ratios, not single figures.
`;

/** Writes the section of a subject, measured with these arguments, into docs/benchmarks.md in place of the old one; gives the path. */
export function writeSection(subject: string, title: string, text: string, args: readonly string[]): string {
  const before = existsSync(path) ? readFileSync(path, "utf8") : head;
  const section = `<!-- ${subject} -->
## ${title}

\`npm run bench -- ${args.join(" ")}\`, ${new Date().toISOString().slice(0, 10)}, ${describeMachine()}

${text}
<!-- /${subject} -->
`;
  const old = new RegExp(`<!-- ${subject} -->[\\s\\S]*?<!-- /${subject} -->\\n`);
  writeFileSync(path, old.test(before) ? before.replace(old, () => section) : `${before}\n${section}`);
  return "docs/benchmarks.md";
}
