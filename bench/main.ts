/**
 * `npm run bench -- <subject>`: measures, prints, and writes the section of that
 * subject in docs/benchmarks.md, with machine, versions and date. Without a
 * subject it lists them.
 */
import { benchAgent } from "./agent/bench-agent.ts";
import { writeSection } from "./report/write-section.ts";

const subjects: Record<string, { title: string; run: (say: (line: string) => void) => Promise<string> }> = {
  agent: { title: "The agent on a host", run: benchAgent },
};

const name = process.argv[2];
const subject = name === undefined ? undefined : subjects[name];
if (name === undefined || subject === undefined) {
  process.stderr.write(`bench: name a subject: ${Object.keys(subjects).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const say = (line: string): void => {
    process.stderr.write(`bench: ${line}\n`);
  };
  const text = await subject.run(say);
  process.stdout.write(`${text}\n`);
  say(`written to ${writeSection(name, subject.title, text)}`);
}
