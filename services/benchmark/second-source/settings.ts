import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** A Prometheus-compatible server as an operator names it; never taken from a request. */
export interface PrometheusSettings {
  /** Address of its API, without `/api/v1`; undefined for none. */
  readonly url?: string | undefined;
  /** Sent as a bearer token. */
  readonly token?: string | undefined;
  /** User and password of HTTP basic authentication. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** A server that can be asked. */
export interface PrometheusServer {
  /** Address without a slash at its end; carries no secret. */
  readonly baseUrl: string;
  /** Value of the Authorization header; undefined for none. */
  readonly authorization: string | undefined;
}

/**
 * Checks what an operator said; undefined where no server is named.
 * @throws PhoenixError INVALID_FIELD that says what to change, without the secret.
 */
export function readPrometheusSettings(settings: PrometheusSettings): PrometheusServer | undefined {
  const { url, token, user, password } = settings;
  if (!url) {
    if (token || user || password)
      throw refusal("there are credentials for Prometheus but no address: add --prometheus-url");
    return undefined;
  }
  const parsed = URL.parse(url);
  if (parsed === null) throw refusal("the Prometheus address is not a URL: give one such as http://127.0.0.1:9090");
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:")
    throw refusal("the Prometheus address is neither http nor https");
  if (parsed.username !== "" || parsed.password !== "") {
    throw refusal("the Prometheus address carries a user or a password: give them in settings of their own");
  }
  if (parsed.search !== "" || parsed.hash !== "")
    throw refusal("the Prometheus address has a query or a fragment: leave it out");
  const authorization = authorizationOf(token, user, password);
  if (authorization !== undefined && parsed.protocol === "http:" && !isLoopback(parsed.hostname)) {
    throw refusal("credentials for Prometheus would cross the network in clear: give an https address");
  }
  return { baseUrl: `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`, authorization };
}

function authorizationOf(token?: string, user?: string, password?: string): string | undefined {
  if (token && (user || password)) throw refusal("Prometheus is given a token and a user: leave one of them out");
  if (token) {
    // The characters of a bearer token, RFC 6750 section 2.1.
    if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token))
      throw refusal("the Prometheus token has characters that no bearer token has");
    return `Bearer ${token}`;
  }
  if (!user && !password) return undefined;
  if (!user || !password) throw refusal("Prometheus is given a user or a password alone: give both or neither");
  // RFC 7617 section 2: the first colon ends the user.
  if (user.includes(":"))
    throw refusal("the Prometheus user has a colon, which HTTP basic authentication cannot carry");
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function refusal(message: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field: "prometheusUrl" } });
}
