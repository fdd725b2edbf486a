/**
 * `npm run bench -- <subject>`: measures, prints, and writes the section of that
 * subject in docs/benchmarks.md, with machine, versions and date; with `--dry`
 * it prints only. Without a subject it lists them.
 */
import { benchAgent } from "./agent/bench-agent.ts";
import { benchAnalyze } from "./analyze/bench-analyze.ts";
import { benchApi } from "./api/bench-api.ts";
import { type BenchOptions, readBenchOptions, type Say } from "./bench-options.ts";
import { benchConsole } from "./console/bench-console.ts";
import { benchFleet } from "./fleet/bench-fleet.ts";
import { benchObservations } from "./observations/bench-observations.ts";
import { benchQueue } from "./queue/bench-queue.ts";
import { benchReassign } from "./reassign/bench-reassign.ts";
import { benchRecovery } from "./recovery/bench-recovery.ts";
import { benchRender } from "./render/bench-render.ts";
import { benchReplicas } from "./replicas/bench-replicas.ts";
import { writeSection } from "./report/write-section.ts";
import { benchRollout } from "./rollout/bench-rollout.ts";
import { benchSoak } from "./soak/bench-soak.ts";
import { benchStreams } from "./streams/bench-streams.ts";

const subjects: Record<string, { title: string; run: (say: Say, options: BenchOptions) => Promise<string> }> = {
  agent: { title: "The agent on a host", run: benchAgent },
  fleet: { title: "A fleet on one controller", run: benchFleet },
  replicas: { title: "A fleet on two controllers", run: benchReplicas },
  rollout: { title: "A roll-out under gates", run: benchRollout },
  reassign: { title: "Changing what a fleet runs", run: benchReassign },
  soak: { title: "A fleet for an hour", run: benchSoak },
  queue: { title: "The queue", run: benchQueue },
  streams: { title: "Long streams", run: benchStreams },
  recovery: { title: "A worker that is killed", run: benchRecovery },
  api: { title: "The API", run: benchApi },
  console: { title: "The console in a browser", run: benchConsole },
  observations: { title: "Observations and what is read of them", run: benchObservations },
  render: { title: "Rendering and checking configurations", run: benchRender },
  analyze: { title: "The verdict", run: benchAnalyze },
};

const { subject: name, options } = readBenchOptions(process.argv.slice(2));
const subject = name === undefined ? undefined : subjects[name];
if (name === undefined || subject === undefined) {
  process.stderr.write(`bench: name a subject: ${Object.keys(subjects).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const say: Say = (line) => {
    process.stderr.write(`bench: ${line}\n`);
  };
  const text = await subject.run(say, options);
  process.stdout.write(`${text}\n`);
  if (!options.dry) say(`written to ${writeSection(name, subject.title, text, process.argv.slice(2))}`);
}
