import { expect } from "chai";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { readSettings, settingAt, withSetting } from "./settings-document.ts";

const host = `# what the host does
collection_interval: \${var:interval}
numbers: [0123, "1e3", ~]
nothing:
scrapers:
  cpu:
    metrics:
      system.cpu.utilization: {enabled: true}
  memory: {}
`;
const at = (text: string, ...path: string[]) => settingAt(readSettings(text)!, path);

describe("settings as a form reads and changes them", function () {
  this.timeout(30_000);

  it("changes one setting and no other line", () => {
    const changed = withSetting(host, ["collection_interval"], "30s");
    expect(changed).to.equal(host.replace(`\${var:interval}`, "30s"));
  });

  it("adds what was not there, with the mappings on the way", () => {
    const changed = withSetting(host, ["scrapers", "process", "include", "names"], ["^(?:java)$", "true", "a: b"]);
    expect(parse(changed).scrapers.process).to.deep.equal({ include: { names: ["^(?:java)$", "true", "a: b"] } });
    expect(changed.startsWith(host)).to.equal(true);
  });

  it("turns nothing into a mapping when something goes below it", () => {
    expect(withSetting("grpc:\n", ["grpc", "endpoint"], "127.0.0.1:0")).to.equal("grpc:\n  endpoint: 127.0.0.1:0\n");
    expect(withSetting("{}\n", ["tls", "insecure"], "true", "plain")).to.equal("tls:\n  insecure: true\n");
    expect(withSetting("", ["limit_mib"], "256", "plain")).to.equal("limit_mib: 256\n");
  });

  it("takes a setting out with the mappings that have nothing left, but keeps a scraper", () => {
    const path = ["scrapers", "cpu", "metrics", "system.cpu.utilization", "enabled"];
    expect(parse(withSetting(host, path, undefined)).scrapers).to.deep.equal({ cpu: {}, memory: {} });
    expect(withSetting("a:\n  b: 1\n", ["a", "b"], undefined)).to.equal("");
  });

  it("keeps numbers in rows numbers and texts texts", () => {
    const text = "attributes:\n  - {key: a, value: 12, action: upsert}\n";
    const rows = [
      { key: "a", value: "12", action: "upsert" },
      { key: "b", value: "13", action: "insert" },
    ];
    expect(at(text, "attributes")).to.deep.equal({ kind: "rows", rows: rows.slice(0, 1) });
    expect(withSetting(text, ["attributes"], rows)).to.equal(`${text}  - {key: b, value: "13", action: insert}\n`);
  });

  it("says of what a form cannot show that it cannot", () => {
    expect(at("a: [{b: [1]}]", "a")).to.deep.equal({ kind: "other" });
    expect(at("a: [1, {b: 2}]", "a")).to.deep.equal({ kind: "other" });
    expect(at("a: {b: 1}", "a")).to.deep.equal({ kind: "mapping" });
    expect(at("a: ", "a")).to.deep.equal({ kind: "text", text: "" });
    expect(at("a: 1", "b")).to.deep.equal({ kind: "none" });
    expect(readSettings("[a]")).to.equal(undefined);
    expect(readSettings("a: [")).to.equal(undefined);
  });

  it("leaves settings that it cannot read as they are", () => {
    expect(withSetting("a: [", ["b"], "1")).to.equal("a: [");
  });

  it("writes any text so that it is read as that text, and changes nothing else", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 })),
        (text, others) => {
          const { field: _taken, ...rest } = others;
          const changed = withSetting(stringify(rest), ["field"], text);
          expect(parse(changed)).to.deep.equal({ ...rest, field: text });
        },
      ),
      { numRuns: 100 },
    );
  });
});
