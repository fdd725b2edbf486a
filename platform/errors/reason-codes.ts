import { Code } from "@connectrpc/connect";
import { ErrorReason, ErrorReasonSchema } from "@phoenix/gen/phoenix/error/v1/error_reason_pb.ts";

const codes: Readonly<Record<number, Code>> = {
  [ErrorReason.UNSPECIFIED]: Code.Unknown,
  [ErrorReason.INVALID_FIELD]: Code.InvalidArgument,
  [ErrorReason.INVALID_EXPRESSION]: Code.InvalidArgument,
  [ErrorReason.EXPERIMENT_NOT_FOUND]: Code.NotFound,
  [ErrorReason.HOST_NOT_FOUND]: Code.NotFound,
  [ErrorReason.PIPELINE_NOT_FOUND]: Code.NotFound,
  [ErrorReason.TASK_NOT_FOUND]: Code.NotFound,
  [ErrorReason.CONFIG_NOT_FOUND]: Code.NotFound,
  [ErrorReason.ILLEGAL_TRANSITION]: Code.FailedPrecondition,
  [ErrorReason.VERDICT_FORBIDS_PROMOTION]: Code.FailedPrecondition,
  [ErrorReason.ETAG_MISMATCH]: Code.Aborted,
  [ErrorReason.REQUEST_ID_REUSED]: Code.AlreadyExists,
  [ErrorReason.INVALID_VARIABLE]: Code.InvalidArgument,
  [ErrorReason.COLLECTOR_REFUSED_CONFIG]: Code.FailedPrecondition,
  [ErrorReason.COLLECTOR_UNAVAILABLE]: Code.FailedPrecondition,
  [ErrorReason.ENROLLMENT_TOKEN_REJECTED]: Code.Unauthenticated,
  [ErrorReason.CREDENTIAL_REJECTED]: Code.Unauthenticated,
  [ErrorReason.STALE_TOKEN]: Code.Aborted,
  [ErrorReason.DATABASE_UNAVAILABLE]: Code.Unavailable,
  [ErrorReason.SERVICE_UNAVAILABLE]: Code.Unavailable,
  [ErrorReason.HOST_DRAINING]: Code.FailedPrecondition,
  [ErrorReason.SHUTTING_DOWN]: Code.Unavailable,
  [ErrorReason.HOST_BUSY]: Code.FailedPrecondition,
  [ErrorReason.CONFIG_QUARANTINED]: Code.FailedPrecondition,
  [ErrorReason.INVALID_PAGE_TOKEN]: Code.InvalidArgument,
  [ErrorReason.DEPLOYMENT_NOT_FOUND]: Code.NotFound,
  [ErrorReason.DEPLOYMENT_CONFLICT]: Code.FailedPrecondition,
  [ErrorReason.LOAD_SIMULATION_NOT_FOUND]: Code.NotFound,
  [ErrorReason.LOAD_PROFILE_NOT_FOUND]: Code.NotFound,
  [ErrorReason.PIPELINE_IN_USE]: Code.FailedPrecondition,
  [ErrorReason.UNAUTHENTICATED]: Code.Unauthenticated,
  [ErrorReason.PERMISSION_DENIED]: Code.PermissionDenied,
  [ErrorReason.LOGIN_THROTTLED]: Code.ResourceExhausted,
  [ErrorReason.APPROVAL_REQUIRED]: Code.FailedPrecondition,
  [ErrorReason.ACCOUNT_NOT_FOUND]: Code.NotFound,
  [ErrorReason.PASSWORD_CHANGE_REQUIRED]: Code.PermissionDenied,
  [ErrorReason.COMPONENT_MISSING]: Code.FailedPrecondition,
  [ErrorReason.INTERNAL]: Code.Internal,
} satisfies Record<ErrorReason, Code>;

const prefix = "ERROR_REASON_";

/** The canonical code a reason travels with unless the thrower says otherwise. */
export function codeOfReason(reason: ErrorReason): Code {
  // A number of a newer contract arrives as it is: no row, so the code says that nobody here knows it.
  return codes[reason] ?? Code.Unknown;
}

/** A reason as it is written in ErrorInfo: the enum value's name without its prefix. */
export function reasonName(reason: ErrorReason): string {
  const value = ErrorReasonSchema.value[reason];
  return (value?.name ?? "ERROR_REASON_UNSPECIFIED").slice(prefix.length);
}

/** The reason with this ErrorInfo name, or UNSPECIFIED for a name of a newer or a foreign contract. */
export function reasonFromName(name: string): ErrorReason {
  const value = ErrorReasonSchema.values.find((candidate) => candidate.name === prefix + name);
  return (value?.number ?? ErrorReason.UNSPECIFIED) as ErrorReason;
}
