import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** Throws PhoenixError (UNIMPLEMENTED) unless this host is Linux; `what` begins the sentence, as in "Counting CPU time". */
export function requireLinux(what: string, platform: NodeJS.Platform = process.platform): void {
  if (platform === "linux") return;
  throw phoenixError(
    ErrorReason.INTERNAL,
    `${what} is not supported on ${platform}: it reads /proc, which only Linux has. Run the agent on a Linux host.`,
    { code: Code.Unimplemented, metadata: { platform } },
  );
}
