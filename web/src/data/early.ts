/**
 * Asks who is logged in while the rest of the console is still on its way. A script of its own, small and without
 * imports, which the page names beside the entry; session.ts takes the answers as if it had asked itself.
 */

/** Says that there may be a cookie: scripts cannot see it, and asking in vain would be an error on every first visit. */
export const sessionMark = "phoenix-logged-in";

/** The mark of whoever left for a login elsewhere, which comes back with a session in the cookie. */
export const sessionExpected = "expected";

/** Held while a refresh token is used, over all tabs, because each works once. */
const refreshLock = "phoenix-refresh";

/** The entry waits so long for the question to be on its way, in ms. */
const longestWaitMs = 200;
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

function ask(method: string, answer: Promise<Response>): void {
  const path = `${service}/${method}`;
  asked.set(path, answer);
  // What failed is asked again by whoever needs it, who then says what is wrong.
  answer.catch(() => asked.delete(path));
}

const question = new URLSearchParams({ connect: "v1", encoding: "json", message: "{}" });
ask("GetLoginOptions", fetch(`${service}/GetLoginOptions?${question}`, { redirect: "error" }));

// Whoever comes back with an error from a login elsewhere brought no session along.
const cameToNothing = location.pathname === "/login" && new URLSearchParams(location.search).has("error");
if (cameToNothing && localStorage.getItem(sessionMark) === sessionExpected) localStorage.removeItem(sessionMark);

if (localStorage.getItem(sessionMark) !== null) {
  const headers = { "content-type": "application/json", "connect-protocol-version": "1" };
  const sent = new Promise<void>((resolve) => {
    const refresh = (): Promise<Response> => {
      resolve();
      return fetch(`${service}/Refresh`, { method: "POST", headers, body: "{}", redirect: "error" });
    };
    ask("Refresh", exclusive(refresh));
  });
  // The entry would keep the thread for itself before the lock is there; another tab may hold it for long.
  await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, longestWaitMs))]);
}
