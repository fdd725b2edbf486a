import { expect } from "chai";
import { dynamicFiles, dynamicReference, loadCatalog, readPipelineDefinition } from "./index.ts";

const topK = `name: mine
title: Mine
strategy: Reports.
keeps: Some.
drops: The rest.
variables:
  interval: {type: duration, default: 15s, help: Time between two scrapes.}
  k: {type: integer, default: 3, help: How many.}
  always: {type: regex, default: sshd, help: Which.}
dynamic:
  kind: top_k
  always: "\${var:always}"
  processes: "\${var:k}"
  cpu_weight: 1
  rss_weight: 0.5
  io_weight: 0
  hysteresis_ratio: 0.2
receivers:
  host_metrics:
    collection_interval: "\${var:interval}"
    scrapers: {process: {resource_attributes: {process.pid: {metrics_include: "\${file:\${env:PHX_DYN_DIR}/pids.yaml}"}}}}
pipelines:
  metrics: {receivers: [host_metrics]}
`;

const adaptive = topK
  .replace(/dynamic:\n[\s\S]*receivers:\n/, () => {
    const level = "cpu_floor: 0, rss_floor_mib: 1, interval_factor: 1, minimum_age: 0s";
    return `dynamic:
  kind: adaptive
  dwell: 10s
  levels:
    - {name: normal, enter_load: 0, leave_load: 0, ${level}}
    - {name: tight, enter_load: 0.5, leave_load: 0.4, ${level}}
receivers:
`;
  })
  .replace("pids.yaml", "cpu_floor");

describe("the section dynamic of a pipeline file", () => {
  const problemsOf = (text: string) =>
    readPipelineDefinition(text).problems.map(
      ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
    );

  it("tells how agents move the filter", () => {
    expect(readPipelineDefinition(topK).definition?.dynamic).to.deep.equal({
      kind: "top_k",
      settings: {
        always: `\${var:always}`,
        processes: `\${var:k}`,
        cpu_weight: "1",
        rss_weight: "0.5",
        io_weight: "0",
        hysteresis_ratio: "0.2",
      },
      levels: [],
    });
    const { definition, problems } = readPipelineDefinition(adaptive);
    expect(problems).to.deep.equal([]);
    expect(definition?.dynamic?.levels.map(({ name, enter_load }) => [name, enter_load])).to.deep.equal([
      ["normal", "0"],
      ["tight", "0.5"],
    ]);
  });

  it("is not there in a pipeline whose filter stands still", async () => {
    const dynamic = (await loadCatalog()).filter((pipeline) => pipeline.dynamic !== undefined);
    expect(dynamic.map(({ name }) => name)).to.deep.equal(["process-adaptive-filter-v1", "process-topk-v1"]);
  });

  it("of the catalog's pipelines refers to every file of its kind", async () => {
    for (const { dynamic, text } of await loadCatalog()) {
      if (dynamic === undefined) continue;
      for (const file of Object.keys(dynamicFiles[dynamic.kind])) expect(text).to.contain(dynamicReference(file));
    }
  });

  const wrong: [what: string, of: string, change: (text: string) => string, expected: RegExp][] = [
    ["an unknown kind", topK, (text) => text.replace("kind: top_k", "kind: top"), /^11:3 dynamic.kind dynamic must be/],
    [
      "a list",
      topK,
      (text) => text.replace(/dynamic:\n[\s\S]*receivers:\n/, "dynamic: [1]\nreceivers:\n"),
      /^10:1 dynamic/,
    ],
    ["a missing setting", topK, (text) => text.replace("  io_weight: 0\n", ""), /^10:1 dynamic io_weight is missing/],
    [
      "an unknown setting",
      topK,
      (text) => text.replace("io_weight: 0", "io_weight: 0\n  levels: []"),
      /^17:3 dynamic.levels has no meaning here; known keys: kind, always/,
    ],
    [
      "a value of another type",
      topK,
      (text) => text.replace("cpu_weight: 1", "cpu_weight: much"),
      /^14:3 dynamic.cpu_weight cpu_weight must be a number, or \$\{var:...\} alone/,
    ],
    [
      "a variable among other text",
      topK,
      (text) => text.replace(`"\${var:k}"`, `"1\${var:k}"`),
      /^13:3 dynamic.processes processes must be a whole number/,
    ],
    [
      "a variable of another type",
      topK,
      (text) => text.replace(`"\${var:k}"`, `"\${var:interval}"`),
      /^13:3 dynamic.processes processes takes integer, and interval is a duration/,
    ],
    [
      "a variable that is not declared",
      topK,
      (text) => text.replace(`"\${var:k}"`, `"\${var:kk}"`),
      /^13:3 dynamic.processes processes refers to a variable "kk" that is not declared; declared: interval, k, always/,
    ],
    [
      "an expression that nothing checks",
      topK,
      (text) => text.replace(`"\${var:always}"`, "sshd"),
      /^12:3 dynamic.always always must be a variable of the type regex/,
    ],
    [
      "two levels of one name",
      adaptive,
      (text) => text.replace("name: tight", "name: normal"),
      /^15:8 dynamic.levels\[1\].name two levels are called normal/,
    ],
    [
      "no level",
      adaptive,
      (text) => text.replace(/levels:\n[\s\S]*receivers:\n/, "levels: []\nreceivers:\n"),
      /^13:3 dynamic.levels levels must be a list of 1 to 8 levels/,
    ],
    [
      "an unknown setting of a level",
      adaptive,
      (text) => text.replace("{name: tight", "{colour: red, name: tight"),
      /^15:8 dynamic.levels\[1\].colour has no meaning here/,
    ],
    [
      "a file that its kind does not have",
      topK,
      (text) => text.replace("pids.yaml", "cpu_floor"),
      /^21:\d+ receivers.host_metrics.scrapers.process.resource_attributes.process.pid.metrics_include refers to cpu_floor, which a top_k filter does not have; it has: pids.yaml, names.yaml/,
    ],
    [
      "a filter that nothing follows",
      topK,
      (text) => text.replace(`\${file:\${env:PHX_DYN_DIR}/pids.yaml}`, "1"),
      /^10:1 dynamic nothing refers to what a top_k filter moves: \$\{file:\$\{env:PHX_DYN_DIR\}\/pids.yaml\}, /,
    ],
    [
      "a file without the section",
      topK,
      (text) => text.replace(/dynamic:\n[\s\S]*receivers:\n/, "receivers:\n"),
      /refers to pids.yaml of a moving filter, but the section dynamic is missing/,
    ],
  ];
  for (const [what, of, change, expected] of wrong) {
    it(`says where it holds ${what}`, () => {
      const text = change(of);
      expect(text).not.to.equal(of);
      expect(problemsOf(text).join("\n")).to.match(new RegExp(expected.source, "m"));
      expect(readPipelineDefinition(text).definition).to.equal(undefined);
    });
  }
});
