import { createRegistry, type DescFile, type DescService, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type {
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;
type Question = ServerReflectionRequest["messageRequest"];

/** Answers one question of the reflection protocol; v1 and v1alpha have the same shapes. */
export type Reflector = (question: Question) => Answer;

/** Creates the answers about these services and every file they need. Pure. */
export function createReflector(services: readonly DescService[]): Reflector {
  const files = new Map<string, DescFile>();
  for (const service of services) for (const file of withDependencies(service.file)) files.set(file.proto.name, file);
  const registry = createRegistry(...files.values());
  const names = services.map((service) => service.typeName).sort();

  const fileOf = (symbol: string): DescFile | undefined => {
    // A method or a field is found through what holds it.
    const holder = symbol.slice(0, Math.max(symbol.lastIndexOf("."), symbol.lastIndexOf("/"), 0));
    return (registry.get(symbol) ?? registry.get(holder))?.file;
  };

  return (question) => {
    switch (question.case) {
      case "listServices":
        return { case: "listServicesResponse", value: { service: names.map((name) => ({ name })) } };
      case "fileByFilename":
        return describe(files.get(question.value), question.value);
      case "fileContainingSymbol":
        return describe(fileOf(question.value), question.value);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = question.value;
        const extendee = registry.getMessage(containingType);
        const extension = extendee && registry.getExtensionFor(extendee, extensionNumber);
        return describe(extension?.file, `extension ${extensionNumber} of ${containingType}`);
      }
      case "allExtensionNumbersOfType": {
        const baseTypeName = question.value;
        if (registry.getMessage(baseTypeName) === undefined) return notFound(baseTypeName);
        const numbers = [...registry].flatMap((desc) =>
          desc.kind === "extension" && desc.extendee.typeName === baseTypeName ? [desc.number] : [],
        );
        return { case: "allExtensionNumbersResponse", value: { baseTypeName, extensionNumber: numbers } };
      }
      default:
        return refusal(Code.InvalidArgument, "message_request is not set");
    }
  };
}

function describe(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return notFound(what);
  const protos = [...withDependencies(file)].map((each) => toBinary(FileDescriptorProtoSchema, each.proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: protos } };
}

function withDependencies(file: DescFile, seen = new Set<DescFile>()): Set<DescFile> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const dependency of file.dependencies) withDependencies(dependency, seen);
  return seen;
}

function notFound(what: string): Answer {
  return refusal(Code.NotFound, `there is no ${what} here`);
}

function refusal(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
