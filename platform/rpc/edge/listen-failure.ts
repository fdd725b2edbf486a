import { Code, ErrorReason, type PhoenixError, phoenixError } from "../../errors/index.ts";

/**
 * Why a port could not be opened, as a house error that names it and says what
 * to do. grpc-js gives the system's code in its message only.
 */
export function listenFailure(error: unknown, host: string, port: number): PhoenixError {
  const message = error instanceof Error ? error.message : String(error);
  const code = /E[A-Z]{4,}/.exec(`${(error as NodeJS.ErrnoException).code ?? ""} ${message}`)?.[0];
  const whys: Readonly<Record<string, string>> = {
    EADDRINUSE: "another process has it. Stop that one, or choose another port; 0 takes a free one",
    EACCES: "this user may not open it. Choose a port from 1024 on",
    EADDRNOTAVAIL: "this machine does not have that address. Choose one it has",
  };
  return phoenixError(
    ErrorReason.INVALID_FIELD,
    `port ${port} of ${host} cannot be opened: ${whys[code ?? ""] ?? message}`,
    { code: Code.FailedPrecondition, metadata: { host, port: String(port) }, cause: error },
  );
}
