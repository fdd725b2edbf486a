import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogFolder, loadCatalog } from "@phoenix/catalog";
import { expect } from "chai";
import { checkConfig, checkPipelineFile, type Finding, sortFindings } from "./index.ts";

const file = (name: string) => readFile(join(catalogFolder, name, "pipeline.yaml"), "utf8");
const shown = (findings: readonly Finding[]) =>
  findings.map(({ severity, rule, line, column, path }) => `${severity} ${rule} ${line}:${column} ${path}`);

const good = `receivers:
  host_metrics: {scrapers: {cpu: {}}}
processors:
  batch: {}
exporters:
  debug: {}
service:
  pipelines:
    metrics: {receivers: [host_metrics], processors: [batch], exporters: [debug]}
  telemetry: {metrics: {level: none}}
`;

describe("the rules over a configuration", () => {
  const found = (change: (text: string) => string) => {
    const text = change(good);
    expect(text).not.to.equal(good);
    return shown(checkConfig(text).findings);
  };
  const exporter = (settings: string) => (text: string) => text.replace("debug: {}", `debug: ${settings}`);

  it("find nothing in a good one", () => {
    expect(checkConfig(good).findings).to.deep.equal([]);
  });

  const cases: [what: string, change: (text: string) => string, expected: string][] = [
    ["text that is not YAML", (text) => text.replace("{}", "{"), "error yaml 2:17 "],
    ["a text in place of a mapping", () => "hello\n", "error shape 1:1 "],
    ["a section that is a list", (text) => text.replace("  batch: {}", "  - batch"), "error shape 3:1 processors"],
    ["no pipelines", (text) => text.slice(0, text.indexOf("  pipelines")), "error shape 7:1 service.pipelines"],
    [
      "a processor that is not defined",
      (text) => text.replace("[batch]", "[filter, batch]"),
      "error dangling-reference 9:55 service.pipelines.metrics.processors[0]",
    ],
    [
      "an extension that is not defined",
      (text) => text.replace("service:\n", "service:\n  extensions: [pprof]\n"),
      "error dangling-reference 8:16 service.extensions[0]",
    ],
    [
      "a component that nothing uses",
      (text) => text.replace("processors: [batch], ", ""),
      "warning unused-component 4:3 processors.batch",
    ],
    [
      "no receiver of host metrics",
      (text) => text.replaceAll("host_metrics", "otlp"),
      "error missing-receiver 1:1 receivers",
    ],
    [
      "an old type name",
      (text) => text.replaceAll("host_metrics", "hostmetrics"),
      "warning old-type-name 2:3 receivers.hostmetrics",
    ],
    [
      "command lines as labels",
      (text) => text.replace("cpu: {}", "process: {}"),
      "warning command-line-label 2:29 receivers.host_metrics.scrapers.process.resource_attributes.process.command_line",
    ],
    [
      "a password in clear",
      exporter("{auth: {password: hunter2}}"),
      "error secret-in-clear 6:18 exporters.debug.auth.password",
    ],
    [
      "an API key in a header",
      exporter("{headers: {DD-API-KEY: 0123456789abcdef}}"),
      "error secret-in-clear 6:21 exporters.debug.headers.DD-API-KEY",
    ],
    [
      "a secret as a default",
      exporter(`{token: '\${env:TOKEN:-hunter2}'}`),
      "error secret-in-clear 6:11 exporters.debug.token",
    ],
    [
      "a bearer token in any text",
      exporter("{headers: {x: Bearer abcdef0123456789}}"),
      "error secret-in-clear 6:21 exporters.debug.headers.x",
    ],
    [
      "a password in a URL",
      exporter("{endpoint: 'https://me:hunter2@example.org'}"),
      "error secret-in-clear 6:11 exporters.debug.endpoint",
    ],
    [
      "a private key",
      exporter("{pem: '-----BEGIN RSA PRIVATE KEY-----'}"),
      "error secret-in-clear 6:11 exporters.debug.pem",
    ],
    ["a file of the host", exporter(`{x: '\${file:/etc/shadow}'}`), "error foreign-reference 6:11 exporters.debug.x"],
    ["an address", exporter(`{x: '\${https://example.org/}'}`), "error foreign-reference 6:11 exporters.debug.x"],
    [
      "a reference hidden in another",
      exporter(`{x: '\${fi\${env:NOPE:-le}:/etc/shadow}'}`),
      "error foreign-reference 6:11 exporters.debug.x",
    ],
    [
      "a reference behind an escaped dollar",
      exporter(`{x: '$$\${file:/etc/shadow}'}`),
      "error foreign-reference 6:11 exporters.debug.x",
    ],
    [
      "a reference written with an escape",
      exporter(`{x: "\${\\u0066ile:/etc/shadow}"}`),
      "error foreign-reference 6:11 exporters.debug.x",
    ],
    [
      "a reference in a key",
      exporter(`{'\${file:/etc/shadow}': 1}`),
      `error foreign-reference 6:11 exporters.debug.\${file:/etc/shadow}`,
    ],
  ];
  for (const [what, change, expected] of cases) {
    it(`find ${what}`, () => {
      expect(found(change)).to.deep.equal([expected]);
    });
  }

  it("take secrets by reference and names that only look like secrets", () => {
    const settings = `{password: '\${env:PASSWORD}', headers: {Authorization: 'Bearer \${env:TOKEN}'}, token_file: /run/token, tokens: a}`;
    expect(found(exporter(settings))).to.deep.equal([]);
  });

  it("never repeat a secret", () => {
    const { findings } = checkConfig(exporter("{password: hunter2, url: 'https://me:hunter2@example.org'}")(good));
    expect(findings).to.have.length(2);
    expect(JSON.stringify(findings)).not.to.contain("hunter2");
  });

  it("say in every finding what is wrong, and for all but YAML what to do", () => {
    for (const [, change] of cases) {
      for (const finding of checkConfig(change(good)).findings) {
        expect(finding.message).to.have.length.greaterThan(10);
        if (finding.rule !== "yaml") expect(finding.suggestion, finding.rule).to.have.length.greaterThan(10);
      }
    }
  });
});

describe("the rules over a pipeline file", () => {
  it("find nothing in the catalog", async () => {
    for (const { name, text } of await loadCatalog())
      expect(shown(checkPipelineFile(text).findings), name).to.deep.equal([]);
  });

  const cases: [what: string, change: (text: string) => string, expected: string][] = [
    ["an unknown key", (text) => `${text}exporters: {}\n`, "error schema 42:1 exporters"],
    [
      "a default out of range",
      (text) => text.replace("default: 15s", "default: 2h"),
      "error default-value 9:31 variables.interval.default",
    ],
    [
      "a reserved name",
      (text) =>
        text
          .replace("pipelines:", "processors: {batch: {}}\npipelines:")
          .replace("[host_metrics/system] }", "[host_metrics/system], processors: [batch] }"),
      "error reserved-name 39:14 processors.batch",
    ],
    [
      "a variable that is not used",
      (text) => text.replace("variables:\n", "variables:\n  top: {type: integer, default: 5, help: H.}\n"),
      "warning unused-variable 9:3 variables.top",
    ],
    [
      "a receiver that is not defined",
      (text) => text.replace("[host_metrics/system] }", "[host_metrics/system, otlp] }"),
      "error dangling-reference 40:54 pipelines.metrics/system.receivers[1]",
    ],
  ];
  for (const [what, change, expected] of cases) {
    it(`find ${what}`, async () => {
      const text = change(await file("process-baseline-v1"));
      expect(shown(checkPipelineFile(text).findings)).to.deep.equal([expected]);
    });
  }
});

describe("a text made to take long", () => {
  const texts: [what: string, text: string][] = [
    ["very many names", good.replace("[debug]", `[${Array.from({ length: 60_000 }, (_each, i) => `a${i}`)}]`)],
    ["one name very often", good.replace("[debug]", `[debug${", debug".repeat(60_000)}]`)],
    ["a very long word", good.replace("debug: {}", `debug: {x: "${"a".repeat(900_000)}"}`)],
    ["very many beginnings of a token", good.replace("debug: {}", `debug: {x: "${"-eyJ".repeat(200_000)}"}`)],
    [
      "very many beginnings of a statement",
      good.replace("batch: {}", `batch: {x: '${"set(attributes[".repeat(60_000)}'}`),
    ],
    ["very many unknown sections", `${good}${Array.from({ length: 30_000 }, (_each, i) => `k${i}: 1\n`).join("")}`],
  ];
  for (const [what, text] of texts) {
    it(`is checked all the same, ${what}, with a number of findings that can be read`, () => {
      expect(checkConfig(text).findings.length).to.be.at.most(500);
      expect(checkPipelineFile(text).findings.length).to.be.at.most(500);
    }).timeout(30_000);
  }

  it("has the number of the findings that are left out, and errors before all others", () => {
    const { findings } = checkConfig(
      good.replace("[debug]", `[${Array.from({ length: 300 }, (_each, i) => `a${i}`)}]`),
    );
    expect(findings.filter(({ rule }) => rule === "dangling-reference")).to.have.length(100);
    expect(findings.map(({ message }) => message).join()).to.contain("There are 200 more findings of this rule.");
  });
});

describe("findings", () => {
  it("are ordered worst first, then by place", () => {
    const finding = (severity: Finding["severity"], line: number): Finding => ({
      severity,
      line,
      column: 1,
      rule: "r",
      path: "",
      message: "",
      suggestion: "",
    });
    const sorted = sortFindings([finding("info", 1), finding("error", 9), finding("warning", 2), finding("error", 3)]);
    expect(sorted.map(({ severity, line }) => `${severity} ${line}`)).to.deep.equal([
      "error 3",
      "error 9",
      "warning 2",
      "info 1",
    ]);
  });
});
