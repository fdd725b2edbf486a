import { join } from "node:path";

/**
 * Where an agent keeps its state by custom: of the system for root, beside a
 * server's data, else of the user (XDG Base Directory Specification).
 */
export function defaultStateDir(
  userId: number | undefined,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (userId === 0) return "/var/lib/phoenix/agent";
  return join(env.XDG_STATE_HOME || join(home, ".local", "state"), "phoenix", "agent");
}
