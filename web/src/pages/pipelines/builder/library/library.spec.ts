import { expect } from "chai";
import { checkSetting } from "./check-setting.ts";
import type { Field } from "./component-type.ts";
import { componentTypes, findType, searchTypes, signalsOf } from "./find-type.ts";
import { readSettings, type SettingValue, settingAt } from "./settings-document.ts";

const text = (value: string): SettingValue => ({ kind: "text", text: value });
const field = (rest: Partial<Field> & Pick<Field, "kind">): Field =>
  ({ path: ["x"], label: "X", help: "", ...rest }) as Field;

describe("the library of components", () => {
  it("starts every component with settings that its own form finds nothing wrong with", () => {
    for (const { kind, type, start, fields } of componentTypes) {
      const document = readSettings(start);
      expect(document, `${kind} ${type}`).to.not.equal(undefined);
      for (const each of fields) {
        if (each.within && !document!.hasIn(each.within)) continue;
        expect(checkSetting(each, settingAt(document!, each.path)), `${type}.${each.path.join(".")}`).to.equal(
          undefined,
        );
      }
    }
  });

  it("finds a type by its old spelling and by an id with a name", () => {
    expect(findType("receiver", "hostmetrics/process")?.type).to.equal("host_metrics");
    expect(findType("exporter", "otlp")?.type).to.equal("otlp_grpc");
    expect(findType("receiver", "otlp")?.type).to.equal("otlp");
    expect(findType("processor", "redaction")).to.equal(undefined);
  });

  it("searches names, titles, purposes and signals, every word of it", () => {
    const found = (search: string) => searchTypes(componentTypes, search).map(({ type }) => type);
    expect(found("otlp exporter http")).to.deep.equal(["otlp_http"]);
    expect(found("PROMETHEUS")).to.deep.equal(["prometheus_remote_write"]);
    expect(found("hostmetrics")).to.deep.equal(["host_metrics"]);
    expect(found("no such thing")).to.deep.equal([]);
    expect(found("")).to.have.length(componentTypes.length);
  });

  it("lets a component it does not know carry anything", () => {
    const node = {
      key: "",
      type: "component",
      kind: "receiver",
      component: undefined,
      place: undefined,
      used: true,
    } as const;
    expect(signalsOf({ ...node, id: "kafka" })).to.deep.equal(["traces", "metrics", "logs", "profiles"]);
    expect(signalsOf({ ...node, id: "host_metrics/a" })).to.deep.equal(["metrics"]);
  });
});

describe("checking a setting", () => {
  const right: [Field, SettingValue][] = [
    [field({ kind: "duration" }), text("1m30s")],
    [field({ kind: "duration" }), text("200ms")],
    [field({ kind: "duration" }), text(`\${var:interval}`)],
    [field({ kind: "integer", minimum: 1 }), text("1")],
    [field({ kind: "boolean" }), text(`\${env:ON:-true}`)],
    [field({ kind: "address" }), text("127.0.0.1:4317")],
    [field({ kind: "address" }), text(`127.0.0.1:\${env:PORT}`)],
    [field({ kind: "address", scheme: true }), text("https://in.example/api")],
    [field({ kind: "texts" }), { kind: "texts", texts: ["a"] }],
    [field({ kind: "text" }), { kind: "none" }],
  ];
  for (const [each, value] of right) {
    it(`takes ${JSON.stringify(value)} for ${each.kind}`, () => expect(checkSetting(each, value)).to.equal(undefined));
  }

  const actions = field({
    kind: "rows",
    required: true,
    columns: [
      { key: "key", label: "Attribute" },
      { key: "action", label: "Action", choices: ["upsert", "delete"] },
    ],
  });
  const wrong: [Field, SettingValue, RegExp][] = [
    [field({ kind: "duration" }), text("soon"), /15s/],
    [field({ kind: "duration" }), text("15"), /15s/],
    [field({ kind: "integer" }), text("1.5"), /whole number/],
    [field({ kind: "integer", minimum: 1 }), text("0"), /At least 1/],
    [field({ kind: "integer", maximum: 100 }), text("101"), /At most 100/],
    [field({ kind: "boolean" }), text("yes"), /true or false/],
    [field({ kind: "choice", choices: ["basic", "normal"] }), text("loud"), /basic, normal/],
    [field({ kind: "address" }), text("localhost"), /host:port/],
    [field({ kind: "address", scheme: true }), text("in.example:443"), /https/],
    [field({ kind: "text", required: true }), { kind: "none" }, /needs this/],
    [field({ kind: "statements" }), { kind: "texts", texts: ["a", " "] }, /empty line/],
    [actions, { kind: "texts", texts: [] }, /At least one row/],
    [actions, { kind: "rows", rows: [{ action: "upsert" }] }, /needs its attribute/],
    [actions, { kind: "rows", rows: [{ key: "a", action: "set" }] }, /Action is one of/],
  ];
  for (const [each, value, expected] of wrong) {
    it(`refuses ${JSON.stringify(value)} for ${each.kind}`, () => expect(checkSetting(each, value)).to.match(expected));
  }
});
