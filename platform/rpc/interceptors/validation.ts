import type { DescMessage, Message } from "@bufbuild/protobuf";
import { createValidator, violationsToProto } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
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

/** Gives an error about broken rules its reason, INVALID_FIELD; gives any other error back as it is. */
export function withFieldReason(error: ConnectError): ConnectError {
  if (error.code !== Code.InvalidArgument || error.findDetails(ErrorInfoSchema).length > 0) return error;
  const { details } = toConnectError(phoenixError(ErrorReason.INVALID_FIELD, error.rawMessage));
  error.details.unshift(...details);
  return error;
}
