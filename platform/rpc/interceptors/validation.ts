import type { DescMessage, Message } from "@bufbuild/protobuf";
import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { ViolationsSchema } from "@phoenix/gen/buf/validate/validate_pb.ts";
import { ErrorInfoSchema } from "@phoenix/gen/google/rpc/error_details_pb.ts";
import { ErrorReason, phoenixError, toConnectError } from "../../errors/index.ts";

/** One for the process: it compiles the rules of each message once. */
export const validator = createValidator();

/** Checks a message against the rules of the contract; gives the error to answer with, or nothing. */
export function findInvalid(desc: DescMessage, message: Message): ConnectError | undefined {
  const result = validator.validate(desc, message);
  if (result.kind === "valid") return undefined;
  const details = [];
  if (result.violations !== undefined) {
    const [value, violationsDesc] = violationsToProto(result.violations);
    details.push({ desc: violationsDesc, value });
  }
  return withFieldReason(
    new ConnectError(result.error.message, Code.InvalidArgument, undefined, details, result.error),
  );
}

/** Gives an error about broken rules its reason, INVALID_FIELD, and the field in its metadata; gives any other error back as it is. */
export function withFieldReason(error: ConnectError): ConnectError {
  if (error.code !== Code.InvalidArgument || error.findDetails(ErrorInfoSchema).length > 0) return error;
  const field = brokenField(error);
  const metadata = field === undefined ? {} : { field };
  const { details } = toConnectError(phoenixError(ErrorReason.INVALID_FIELD, error.rawMessage, { metadata }));
  error.details.unshift(...details);
  return error;
}

/** Path of the first field that breaks a rule, such as `observations.observations[3].variant`. */
function brokenField(error: ConnectError): string | undefined {
  const [violation] = error.findDetails(ViolationsSchema)[0]?.violations ?? [];
  if (violation?.field === undefined) return undefined;
  const steps = violation.field.elements.map(({ fieldName, subscript }) =>
    subscript.case === undefined ? fieldName : `${fieldName}[${subscript.value}]`,
  );
  return steps.join(".");
}
