const name = "phoenix-refresh";

/** The only calls that read the cookie: browsers send it nowhere else. */
const paths = ["/phoenix.gateway.v1.AuthService/Refresh", "/phoenix.gateway.v1.AuthService/Logout"];

type Served = { readonly url: string; readonly requestHeader: Headers; readonly responseHeader: Headers };

/** The refresh token of the cookie that came with a call; empty without one. */
export function readRefreshCookie(header: Headers): string {
  for (const pair of (header.get("cookie") ?? "").split(";")) {
    const [key = "", value = ""] = pair.trim().split("=", 2);
    if (key === name) return value;
  }
  return "";
}

/** Gives the caller's browser the refresh token in a cookie that no script and no other site's page can use. */
export function setRefreshCookie(call: Served, refreshToken: string, expireTime: Date): void {
  for (const cookie of refreshCookies(isSecure(call), refreshToken, expireTime)) {
    call.responseHeader.append("set-cookie", cookie);
  }
}

/** Takes the cookie away. */
export function clearRefreshCookie(call: Served): void {
  setRefreshCookie(call, "", new Date(0));
}

/** The cookies as headers, one for each path. */
export function refreshCookies(secure: boolean, refreshToken: string, expireTime: Date): string[] {
  const attributes = `Expires=${expireTime.toUTCString()}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  return paths.map((path) => `${name}=${refreshToken}; Path=${path}; ${attributes}`);
}

/** With TLS here or at a proxy in front. Who lies about it only keeps the cookie from themselves. */
function isSecure({ url, requestHeader }: Served): boolean {
  return (
    url.startsWith("https:") ||
    requestHeader.get("x-forwarded-proto") === "https" ||
    (requestHeader.get("origin") ?? "").startsWith("https:")
  );
}
