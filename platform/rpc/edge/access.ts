/** Who may come with a browser. Programs send no Origin and are not its concern. */
export interface AccessPolicy {
  /** Host names a request may be addressed to; undefined for any. Loopback names suit a loopback server: another name is a rebound one. */
  allowedHosts: readonly string[] | "loopback" | undefined;
  /** Origins besides the server's own, such as `https://console.example.test`. */
  allowedOrigins: readonly string[];
}

/** What of a request decides. */
export interface AccessRequest {
  /** Host header or `:authority`. */
  host: string | undefined;
  /** Origin header. */
  origin: string | undefined;
  /** Sec-Fetch-Site header. */
  fetchSite: string | undefined;
  /** Sec-Fetch-Mode header. */
  fetchMode: string | undefined;
}

/** The decision; an allowed foreign origin is named so that CORS headers can be. */
export type Access = { allowed: true; crossOrigin?: string } | { allowed: false; why: string };

/**
 * Decides whether a request may be served. Keeps pages of other sites from
 * using a server on the visitor's machine: by foreign origin, and by a foreign
 * name that was made to resolve to it (DNS rebinding).
 */
export function decideAccess(request: AccessRequest, policy: AccessPolicy): Access {
  const { host, origin, fetchSite, fetchMode } = request;
  const name = hostName(host);
  if (!isAllowedHost(name, policy.allowedHosts)) {
    return { allowed: false, why: `this server does not answer to the name ${JSON.stringify(name)}` };
  }
  if (origin === undefined) {
    // A page can make the browser fetch without an Origin (images, forms); following a link is a person's own act.
    const foreign = fetchSite === "cross-site" && fetchMode !== "navigate";
    return foreign ? { allowed: false, why: "the request comes from another site's page" } : { allowed: true };
  }
  if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return { allowed: true };
  if (policy.allowedOrigins.includes(origin)) return { allowed: true, crossOrigin: origin };
  return { allowed: false, why: `the origin ${JSON.stringify(origin)} is not allowed` };
}

/** True for names and addresses of this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

function isAllowedHost(name: string, allowed: AccessPolicy["allowedHosts"]): boolean {
  if (allowed === undefined) return true;
  if (allowed === "loopback") return isLoopback(name);
  return isLoopback(name) || allowed.includes(name);
}

function hostName(host: string | undefined): string {
  const match = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host?.toLowerCase() ?? "");
  return match?.[1] ?? "";
}
