import { create } from "@bufbuild/protobuf";
import { NodeKind, PipelineModelSchema } from "@phoenix/gen/phoenix/pipelines/v1/model_pb.ts";
import {
  FormatModelRequestSchema,
  ParseModelRequestSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { expect } from "chai";
import { formatModelCall, parseModelCall } from "./model-calls.ts";

describe("the calls of the model", () => {
  const text = [
    "receivers:",
    "  otlp: {}",
    "processors:",
    "  batch:",
    "connectors:",
    "  forward:",
    "exporters:",
    "  nop:",
    "extensions:",
    "  zpages:",
    "service:",
    "  extensions: [zpages]",
    "  pipelines:",
    "    metrics:",
    "      receivers: [otlp]",
    "      processors: [batch]",
    "      exporters: [nop, forward]",
    "    metrics/2:",
    "      receivers: [forward]",
    "      exporters: [nop]",
    "",
  ].join("\n");
  const parse = (yaml: string) => parseModelCall(create(ParseModelRequestSchema, { yaml }));

  it("read a text and write it back", () => {
    const { model, findings } = parse(text);
    expect(findings).to.deep.equal([]);
    const { RECEIVER, PROCESSOR, CONNECTOR, EXPORTER, EXTENSION } = NodeKind;
    const kinds = model?.nodes.map(({ kind }) => kind);
    expect(kinds).to.deep.equal([RECEIVER, PROCESSOR, CONNECTOR, EXPORTER, EXTENSION]);
    expect(
      formatModelCall(create(FormatModelRequestSchema, { model: model ?? create(PipelineModelSchema) })).yaml,
    ).to.equal(text);
  });

  it("answer a text that cannot be read with the place, and no model", () => {
    const { model, findings } = parse("receivers:\n\totlp: {}\n");
    expect(model).to.equal(undefined);
    expect(findings[0]).to.deep.include({ rule: "tab-indent", line: 2, column: 1 });
  });
});
