import { fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { type DescriptorProto, type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { Plugin } from "vite";

/** The field of buf/validate/validate.proto in all options. */
const ruleField = 1159;
const generated = /\/gen\/phoenix\/.*_pb\.ts$/;
const embedded = /fileDesc\("([^"]+)"(?:, \[([^\]]*)\])?\)/;

/**
 * Leaves the rules of validation out of the descriptors of our contract, and with them the descriptor of the
 * rules' own language: the server checks every request, the console none, and each is read when the page begins.
 */
export function slimDescriptors(): Plugin {
  return {
    name: "phoenix-slim-descriptors",
    enforce: "pre",
    transform: (code, id) => (generated.test(id) ? { code: slimSource(code), map: null } : undefined),
  };
}

/** The source of a generated file, its descriptor without rules. */
export function slimSource(code: string): string {
  return code.replace(embedded, (_, text: string, imports = "") => {
    const file = fromBinary(FileDescriptorProtoSchema, base64Decode(text));
    for (const message of file.messageType) slimMessage(message);
    const others = String(imports)
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && name !== "file_buf_validate_validate");
    return `fileDesc("${encode(file)}", [${others.join(", ")}])`;
  });
}

function slimMessage(message: DescriptorProto): void {
  for (const part of [message, ...message.field, ...message.oneofDecl]) {
    const options: Message | undefined = part.options;
    if (options?.$unknown === undefined) continue;
    options.$unknown = options.$unknown.filter(({ no }) => no !== ruleField);
  }
  for (const nested of message.nestedType) slimMessage(nested);
}

function encode(file: FileDescriptorProto): string {
  return base64Encode(toBinary(FileDescriptorProtoSchema, file), "std_raw");
}
