/**
 * Who uses the console. The access token lives in this module's memory alone;
 * the refresh token is in a cookie that scripts cannot read. Promises: one
 * refresh at a time, over all tabs too, because a refresh token works once.
 */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { Identity } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import {
  AuthService,
  type GetLoginOptionsResponse,
  type LoginResponse,
  type RefreshResponse,
} from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { exclusive, sessionExpected, sessionMark } from "./early.ts";
import { plainTransport } from "./plain-transport.ts";
import { createStore } from "./store.ts";

/** Where the session stands. */
export type Session =
  | { state: "unknown" }
  /** Nobody is logged in; `options` says how one can. */
  | { state: "anonymous"; options: GetLoginOptionsResponse }
  /** Nobody needs to log in here. */
  | { state: "open"; identity?: Identity; methods?: ReadonlySet<string> }
  | { state: "in"; identity?: Identity; methods?: ReadonlySet<string> };

const auth = createClient(AuthService, plainTransport);
const store = createStore<Session>({ state: "unknown" });
let token: { text: string; expireMs: number } | undefined;
let refreshing: Promise<boolean> | undefined;
let stay = new AbortController();

/** The session as it stands, and as it changes. */
export const session = { get: store.get, subscribe: store.subscribe };

/** Asks the server how one logs in and takes up the session of the cookie, where there is one. */
export async function restoreSession(): Promise<Session> {
  if (store.get().state !== "unknown") return store.get();
  const marked = localStorage.getItem(sessionMark) !== null;
  const [asked, back] = await Promise.allSettled([readOptions(), marked && refresh()]);
  if (asked.status === "rejected") throw asked.reason;
  const options = asked.value;
  if (options === "open") store.set({ state: "open", ...(await readRights()) });
  else if (back.status === "rejected") throw back.reason;
  else if (!back.value) store.set({ state: "anonymous", options });
  return store.get();
}

/**
 * Logs in with name and password.
 * @throws ConnectError as the server says it.
 */
export async function login(name: string, password: string): Promise<void> {
  take(await auth.login({ name, password, cookie: true }));
}

/** Before leaving for a login elsewhere, which comes back with a session in the cookie. */
export function expectSession(): void {
  if (localStorage.getItem(sessionMark) === null) localStorage.setItem(sessionMark, sessionExpected);
}

/** Ends the session here and on the server. Calls that are under way are given up: they would only be refused. */
export async function logout(): Promise<void> {
  stay.abort();
  try {
    await auth.logout({}, { headers: authorization() });
  } finally {
    await becomeAnonymous();
    stay = new AbortController();
  }
}

/** Aborts when the session is being ended. */
export function sessionSignal(): AbortSignal {
  return stay.signal;
}

/**
 * Changes the password of whoever is logged in, and logs in with it.
 * @throws ConnectError as the server says it.
 */
export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await auth.changePassword({ currentPassword, newPassword }, { headers: authorization() });
  const { identity } = store.get() as { identity?: Identity };
  if (identity === undefined) throw new Error("nobody is logged in");
  await login(identity.name, newPassword);
}

/** The header for a call; renews a token that is about to end. */
export async function credential(): Promise<Record<string, string>> {
  // Half a minute is more than a call takes and clocks differ.
  if (token !== undefined && token.expireMs - Date.now() < 30_000) await refresh();
  return authorization();
}

/** After the server refused a credential: true when there is a new one. */
export async function renew(refused: string | undefined): Promise<boolean> {
  if (token !== undefined && refused !== undefined && refused !== `Bearer ${token.text}`) return true;
  if (await refresh()) return true;
  await becomeAnonymous();
  return false;
}

async function becomeAnonymous(): Promise<void> {
  token = undefined;
  localStorage.removeItem(sessionMark);
  const options = await readOptions();
  store.set(options === "open" ? { state: "open" } : { state: "anonymous", options });
}

function refresh(): Promise<boolean> {
  refreshing ??= exclusive(async () => {
    try {
      take(await auth.refresh({}));
      return true;
    } catch (error) {
      const { code } = ConnectError.from(error);
      if (code === Code.Unauthenticated || code === Code.PermissionDenied || code === Code.InvalidArgument) {
        token = undefined;
        localStorage.removeItem(sessionMark);
        return false;
      }
      throw error;
    }
  }).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

function take({ accessToken, expireTime, identity, methods }: LoginResponse | RefreshResponse): void {
  const expireMs = expireTime === undefined ? Date.now() + 60_000 : timestampMs(expireTime);
  token = { text: accessToken, expireMs };
  localStorage.setItem(sessionMark, "yes");
  store.set({ state: "in", ...(identity && { identity }), ...(methods.length > 0 && { methods: new Set(methods) }) });
}

async function readOptions(): Promise<GetLoginOptionsResponse | "open"> {
  try {
    const options = await auth.getLoginOptions({});
    return options.open ? "open" : options;
  } catch (error) {
    if (ConnectError.from(error).code === Code.Unimplemented) return "open";
    throw error;
  }
}

/** Who one is where nobody logs in, and what may be called; nothing where the server does not say. */
async function readRights(): Promise<{ identity?: Identity; methods?: ReadonlySet<string> }> {
  try {
    const { identity, methods } = await auth.whoAmI({}, { headers: authorization() });
    return { ...(identity === undefined ? {} : { identity }), methods: new Set(methods) };
  } catch (error) {
    if (ConnectError.from(error).code === Code.Unimplemented) return {};
    throw error;
  }
}

function authorization(): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token.text}` };
}
