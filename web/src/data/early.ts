/**
 * Asks who is logged in while the rest of the console is still on its way. A script of its own, small and without
 * imports, which the page names beside the entry; session.ts takes the answers as if it had asked itself.
 */

/** Says that there may be a cookie: scripts cannot see it, and asking in vain would be an error on every first visit. */
export const sessionMark = "phoenix-logged-in";

/** Held while a refresh token is used, over all tabs, because each works once. */
export const refreshLock = "phoenix-refresh";

const service = "/phoenix.gateway.v1.AuthService";
const asked = new Map<string, Promise<Response>>();

/** As `fetch`; the first call of what was asked early has that answer. */
export function fetchOnce(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
  const early = asked.get(pathname);
  asked.delete(pathname);
  return early ?? fetch(input, init);
}

/** Runs `work` while no other tab does the same. */
export function exclusive<T>(work: () => Promise<T>): Promise<T> {
  // Pages that are not on a secure origin have no locks; they share the cookie all the same.
  return navigator.locks === undefined ? work() : (navigator.locks.request(refreshLock, work) as Promise<T>);
}

function ask(method: string, answer: Promise<Response>, onAnswer?: (answer: Response) => void): void {
  const path = `${service}/${method}`;
  asked.set(path, answer);
  // What failed is asked again by whoever needs it, who then says what is wrong.
  answer.then(onAnswer, () => asked.delete(path));
}

const question = new URLSearchParams({ connect: "v1", encoding: "json", message: "{}" });

function read(method: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${service}/${method}?${question}`, { headers, redirect: "error" });
}

function refresh(): Promise<Response> {
  const headers = { "content-type": "application/json", "connect-protocol-version": "1" };
  return fetch(`${service}/Refresh`, { method: "POST", headers, body: "{}", redirect: "error" });
}

async function readRights(refreshed: Response): Promise<Response> {
  const { accessToken } = (await refreshed.json()) as { accessToken: string };
  return read("WhoAmI", { authorization: `Bearer ${accessToken}` });
}

ask("GetLoginOptions", read("GetLoginOptions"));
if (localStorage.getItem(sessionMark) !== null) {
  ask("Refresh", exclusive(refresh), (answer) => {
    if (answer.ok) ask("WhoAmI", readRights(answer.clone()));
  });
}
