import { createConnectTransport } from "@connectrpc/connect-web";
import { fetchOnce } from "./early.ts";

/** The way to the gateway without a credential: for logging in, and for what is public. */
export const plainTransport = createConnectTransport({
  baseUrl: window.location.origin,
  useHttpGet: true,
  fetch: fetchOnce,
});
