import { ErrorReason, phoenixError } from "../errors/index.ts";
import { isLoopback } from "./edge/index.ts";

/**
 * Refuses an address others can reach without TLS.
 * @throws PhoenixError INVALID_FIELD that names the two ways out.
 */
export function requireSafeBinding({
  host,
  secured,
  insecure,
}: {
  host: string;
  secured: boolean;
  insecure: boolean;
}): void {
  if (secured || insecure || isLoopback(host)) return;
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    `the address ${host} can be reached from other machines and there is no certificate, so anyone on the way could read and change what is sent. Give a certificate, bind 127.0.0.1, or allow it with --insecure`,
    { metadata: { host } },
  );
}
