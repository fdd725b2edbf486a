/**
 * The one house error and its conversions. Everything Phoenix refuses or fails
 * at leaves a process as a canonical code, a reason a program can branch on,
 * and a message that says what happened, why, and what to do.
 *
 * phoenix-error: the class · reason-codes: reason → code, one table ·
 * connect-conversion: to and from the wire, the only place `unknown` is judged.
 */

export { Code } from "@connectrpc/connect";
export { ErrorReason } from "@phoenix/gen/phoenix/error/v1/error_reason_pb.ts";
export { fromConnectError, toConnectError, type UnexpectedErrorSink } from "./connect-conversion.ts";
export { isPhoenixError, PhoenixError, type PhoenixErrorOptions, phoenixError } from "./phoenix-error.ts";
export { codeOfReason, reasonFromName, reasonName } from "./reason-codes.ts";
