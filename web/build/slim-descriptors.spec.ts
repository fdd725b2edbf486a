import { readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_phoenix_controller_v1_fleet_service as whole } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { expect } from "chai";
import { slimSource } from "./slim-descriptors.ts";

describe("slimSource", () => {
  const source = readFileSync(new URL("../../gen/phoenix/controller/v1/fleet_service_pb.ts", import.meta.url), "utf8");
  const slim = slimSource(source);
  const text = /fileDesc\("([^"]+)"/.exec(slim)?.[1] ?? "";

  it("leaves the rules out, and the import of their language with them", () => {
    expect(slim.length).to.be.lessThan(source.length);
    expect(source).to.match(/fileDesc\("[^"]+", \[.*file_buf_validate_validate/);
    expect(slim).to.not.match(/fileDesc\("[^"]+", \[.*file_buf_validate_validate/);
  });

  it("keeps every message, field and method", () => {
    const file = fromBinary(FileDescriptorProtoSchema, base64Decode(text));
    const namesOf = ({ messageType, service }: Pick<typeof file, "messageType" | "service">) => [
      ...messageType.map(({ name, field }) => [
        name,
        field.map((one) => [one.name, one.number, one.type, one.typeName]),
      ]),
      ...service.map(({ name, method }) => [name, method.map((one) => [one.name, one.inputType, one.outputType])]),
    ];
    expect(namesOf(file)).to.deep.equal(namesOf(whole.proto));
    expect(
      file.messageType.flatMap(({ field }) => field.filter(({ options }) => options?.$unknown?.length)),
    ).to.deep.equal([]);
  });

  it("leaves other sources as they are", () => {
    expect(slimSource("export const one = 1;")).to.equal("export const one = 1;");
  });
});
