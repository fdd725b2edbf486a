/**
 * The line that starts an agent on a host with an enrolment token. The token goes by a variable: everyone
 * on a machine sees the flags of its processes.
 */
export function installLine({
  secret,
  controller,
  plain,
}: {
  secret: string;
  /** Host and port of the agent port. */
  controller: string;
  /** Without TLS to another machine. */
  plain: boolean;
}): string {
  const flags = [`--controller ${quoted(controller)}`, ...(plain ? ["--insecure"] : [])];
  return `PHOENIX_ENROLLMENT_TOKEN=${quoted(secret)} npx phoenix agent ${flags.join(" ")}`;
}

/** The default port for agents, at the host that this page came from. */
export function likelyController(hostname: string): string {
  return `${hostname}:7471`;
}

/** Whether a controller is on the machine that its agent runs on. */
export function isLoopback(controller: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?):\d+$/.test(controller);
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
