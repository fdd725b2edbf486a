import { loadCatalog } from "@phoenix/catalog";
import { expect } from "chai";
import { renderPipeline } from "../../services/pipelines/render/index.ts";
import { checkRules, judgeFindings } from "./follow-rules.ts";

const config = (exporter: string) => `receivers:
  host_metrics: {scrapers: {cpu: {}}}
processors:
  batch: {}
exporters:
  debug: ${exporter}
service:
  pipelines:
    metrics: {receivers: [host_metrics], processors: [batch], exporters: [debug]}
  telemetry: {metrics: {level: none}}
`;
const judge = (text: string) => judgeFindings(checkRules(text));

describe("the rules on a host", () => {
  it("leave alone what a server renders of the catalog, shadow or export, whatever is to be kept", async () => {
    for (const definition of await loadCatalog()) {
      for (const remoteWriteUrl of [undefined, "https://in.example/api/v1/write"]) {
        for (const mustKeep of [[], ["sshd", "java.*"]]) {
          const { text } = renderPipeline(definition, { variables: {}, mustKeep, remoteWriteUrl });
          expect(judge(text), definition.name).to.deep.equal({ ok: true, remarks: [] });
        }
      }
    }
  });

  it("refuse a secret in clear and do not repeat it", () => {
    const judged = judge(config("{auth: {password: hunter2}}"));
    expect(judged).to.have.property("ok", false);
    expect(judged)
      .to.have.property("words")
      .that.contains("secret-in-clear at exporters.debug.auth.password, line 6, ");
    expect(JSON.stringify(judged)).not.to.contain("hunter2");
  });

  it("refuse what is no configuration, with the place", () => {
    expect(judge("receivers: {"))
      .to.have.property("words")
      .that.matches(/^yaml at line 1, column \d+: /m);
  });

  it("write five of many errors and count the rest, in words that a report can carry", () => {
    const names = Array.from({ length: 40 }, (_each, index) => `${"x".repeat(3_000)}${index}`);
    const judged = judge(config("{}").replace("[debug]", `[debug, ${names.join(", ")}]`));
    const words = judged.ok ? "" : judged.words;
    expect(words.split("\n")).to.have.length(7);
    expect(words).to.match(/\nand 35 more$/);
    expect(words.length).to.be.below(8_192);
  });

  it("only remark on what works but not as most would want", () => {
    const judged = judge(config("{}").replace("processors: [batch], ", ""));
    expect(judged).to.deep.include({ ok: true });
    expect(judged.ok ? judged.remarks : []).to.have.length(1);
    expect(judged.ok ? judged.remarks[0] : "").to.match(/^unused-component at processors\.batch, line 4, column 3: /);
  });
});
