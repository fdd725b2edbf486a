import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readLoadProfile, readShippedLoadProfiles } from "./index.ts";

const minimal = `name: mine
description: Ten daemons.
default_processes: 10
max_processes: 20
others:
  - daemon
`;

const problemsOf = (text: string): string[] =>
  readLoadProfile(text).problems.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);

describe("the load profiles that ship", () => {
  it("are four, each says what it makes of a host", async () => {
    const profiles = await readShippedLoadProfiles();
    expect(profiles.map(({ name }) => name)).to.deep.equal(["chaos", "high-cardinality", "process-churn", "realistic"]);
    for (const { description } of profiles) expect(description.length).to.be.above(80);
  });

  it("make much of what they are named after", async () => {
    const [chaos, cardinality, churn, realistic] = await readShippedLoadProfiles();
    expect(chaos!.chaos).to.include({ killsPerMinute: 12, memorySpikeBytes: String(256 * 2 ** 20), stressNg: true });
    expect(cardinality).to.include({ uniqueNames: true, defaultProcesses: 1_000, maxProcesses: 2_000, cpuRatio: 0 });
    expect(churn!.spawnsPerSecond).to.be.within(20, 30);
    expect(realistic!.anchors.map(({ name }) => name)).to.include.members(["postgres", "nginx", "payment-api"]);
  });

  it("are refused with file, line and column of what is wrong in one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "phoenix-loads-"));
    try {
      await writeFile(join(folder, "mine.yaml"), minimal.replace("max_processes: 20", "max_processes: 5000"));
      const error = await readShippedLoadProfiles(folder).catch((caught: Error) => caught);
      expect(error).to.have.property(
        "message",
        `${join(folder, "mine.yaml")}:4:1: max_processes: must be a whole number from 1 to 2000`,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("reading a load profile", () => {
  it("gives the message's JSON, with what was left out as it stands for", () => {
    const { definition, problems } = readLoadProfile(
      `${minimal}short_lived: [{name: job, weight: 3, cpu_weight: 2, memory: 1.5MiB}]\nshort_lived_ratio: 0.2\nshortest_life: 500ms\nlongest_life: 2m\n`,
    );
    expect(problems).to.deep.equal([]);
    expect(definition).to.deep.equal({
      name: "mine",
      description: "Ten daemons.",
      defaultProcesses: 10,
      maxProcesses: 20,
      anchors: [],
      others: [{ name: "daemon", weight: 1, cpuWeight: 0, memoryBytes: "0" }],
      shortLived: [{ name: "job", weight: 3, cpuWeight: 2, memoryBytes: "1572864" }],
      shortLivedRatio: 0.2,
      shortestLife: "0.5s",
      longestLife: "120s",
      cpuRatio: 0,
      uniqueNames: false,
      spawnsPerSecond: 0,
    });
  });

  const wrong: [what: string, change: (text: string) => string, expected: RegExp][] = [
    ["text that is not YAML", (text) => text.replace("  - daemon", "  - [daemon"), /^\d+:\d+ /],
    ["nothing", () => "", /^1:1 {2}A load profile is a mapping/],
    ["an unknown key", (text) => `${text}speed: 3\n`, /^7:1 speed has no meaning here; known keys: name, desc/],
    ["a key twice", (text) => `${text}name: again\n`, /^7:1 {2}Map keys must be unique/],
    ["a bad name", (text) => text.replace("name: mine", "name: My load"), /^1:1 name must be lower-case/],
    ["no description", (text) => text.replace("description: Ten daemons.\n", ""), /^1:1 description must be/],
    ["no number", (text) => text.replace("default_processes: 10\n", ""), /^1:1 default_processes must/],
    ["more than its most", (text) => text.replace(": 10", ": 21"), /^3:1 default_processes must not be more than max/],
    [
      "a name the kernel cuts",
      (text) => text.replace("daemon\n", "a-name-of-15-by\n"),
      /^6:5 others\[0\].name the name/,
    ],
    ["a name with a path", (text) => text.replace("- daemon", "- ../daemon"), /^6:5 others\[0\].name the name/],
    ["roles that are no list", (text) => text.replace("\n  - daemon", " daemon"), /^5:1 others must be a list/],
    ["a role's unknown key", (text) => text.replace("- daemon", "- {name: a, cpu: 1}"), /^6:15 others\[0\].cpu has no/],
    [
      "too much memory",
      (text) => text.replace("- daemon", "- {name: a, memory: 1GiB}"),
      /memory must be at most 256MiB/,
    ],
    [
      "an odd unit",
      (text) => text.replace("- daemon", "- {name: a, memory: 1MB}"),
      /memory must be an amount of memory/,
    ],
    ["a duration without a unit", (text) => `${text}longest_life: 20\n`, /^7:1 longest_life must be a length of time/],
    [
      "lives in the wrong order",
      (text) => `${text}shortest_life: 2s\nlongest_life: 1s\n`,
      /^8:1 longest_life must not/,
    ],
    ["short-lived ones without names", (text) => `${text}short_lived_ratio: 0.1\n`, /short_lived names what comes/],
    ["nothing to draw from", (text) => text.replace("others", "anchors"), /others names what the processes after/],
    ["a flag that is none", (text) => `${text}unique_names: maybe\n`, /^7:1 unique_names must be true or false/],
    [
      "spikes without a length",
      (text) => `${text}chaos: {cpu_spikes_per_minute: 1}\n`,
      /^7:1 chaos.spike_duration says/,
    ],
    [
      "too many kills",
      (text) => `${text}chaos: {kills_per_minute: 601}\n`,
      /^7:9 chaos.kills_per_minute must be a number/,
    ],
  ];
  for (const [what, change, expected] of wrong) {
    it(`says where it holds ${what}`, () => {
      const text = change(minimal);
      expect(text).not.to.equal(minimal);
      expect(problemsOf(text).join("\n")).to.match(new RegExp(expected.source, "m"));
      expect(readLoadProfile(text).definition).to.equal(undefined);
    });
  }
});
