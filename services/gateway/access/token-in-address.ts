import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

const names =
  /^(access_?token|refresh_?token|id_?token|api_?key|apikey|auth|authorization|bearer|jwt|password|token)$/i;
const values = /^(bearer\s|phx_|phr_|eyJ[\w-]+\.[\w-]+\.)/i;

/**
 * Refuses a call with a credential in its address: addresses are written into
 * the logs of proxies and the history of browsers.
 * @throws PhoenixError UNAUTHENTICATED.
 */
export function refuseTokenInAddress(address: string): void {
  const query = address.indexOf("?");
  if (query < 0) return;
  for (const [name, value] of new URLSearchParams(address.slice(query + 1))) {
    if (!names.test(name) && !values.test(value)) continue;
    throw phoenixError(
      ErrorReason.UNAUTHENTICATED,
      "A credential stands in the address of this call, where logs keep it. Revoke it, and send credentials in the header `authorization: Bearer ...` only.",
    );
  }
}
