import type { Database } from "@phoenix/platform/database";
import type { Logger } from "@phoenix/platform/logging";
import type { RequestHandler } from "@phoenix/platform/rpc";
import * as oidc from "openid-client";
import { type Grant, storeGrants } from "../access/index.ts";
import { noteLogin } from "../accounts/index.ts";
import type { AuditEntry } from "../audit/index.ts";
import { beginSession, refreshCookies, type SigningKeys } from "../sessions/index.ts";
import { type ExternalPerson, keepExternalUser } from "./external-user.ts";
import { clearFlowCookie, readFlowCookie, writeFlowCookie } from "./flow-cookie.ts";
import { checkOidcSettings, type OidcSettings, parseRoleMapping } from "./settings.ts";

type Request = Parameters<RequestHandler>[0];
type Response = Parameters<RequestHandler>[1];

/** Where logging in with OpenID Connect begins; the provider sends people back to `/callback` under it. */
export const oidcPath = "/auth/oidc";

/** What logging in with OpenID Connect needs. */
export type OidcParts = {
  settings: OidcSettings;
  db: Database;
  keys: SigningKeys;
  logger: Logger;
  clock: () => Date;
  append(entry: AuditEntry): Promise<void>;
};

/**
 * Why a login came to nothing, in the address of the console's login, which has the words: not a text,
 * because a link could put any text there. "stale": begun elsewhere or too long ago; "provider": the log says more.
 */
type Problem = "stale" | "cancelled" | "no-role" | "disabled" | "provider";

class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * Serves logging in with OpenID Connect by the authorization code with PKCE
 * (RFC 6749, RFC 7636, OpenID Connect Core 1.0), and hands every other path on.
 * Ends in the same session and cookie as a login with a password in a browser,
 * or on the console's login, which says why not.
 * @throws PhoenixError INVALID_FIELD for settings that cannot work.
 */
export function serveOidc(parts: OidcParts, next: RequestHandler): RequestHandler {
  const { settings, db, keys, logger, clock, append } = parts;
  checkOidcSettings(settings);
  const mapping = parseRoleMapping(settings.roles);
  let discovered: Promise<oidc.Configuration> | undefined;
  const provider = (): Promise<oidc.Configuration> => {
    discovered ??= discover(settings).catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  };

  const begin = async (request: Request, response: Response): Promise<void> => {
    const config = await provider();
    const base = baseOf(request, settings);
    const asked = new URL(request.url ?? "/", base).searchParams.get("return");
    const verifier = oidc.randomPKCECodeVerifier();
    const flow = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, returnPath: safePath(asked, base) };
    const target = oidc.buildAuthorizationUrl(config, {
      redirect_uri: new URL(`${oidcPath}/callback`, base).href,
      scope: settings.scopes,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const secure = base.protocol === "https:";
    redirect(response, target.href, [await writeFlowCookie(flow, { keys, now: clock(), path: oidcPath, secure })]);
  };

  const finish = async (request: Request, response: Response): Promise<void> => {
    const base = baseOf(request, settings);
    const secure = base.protocol === "https:";
    const now = clock();
    const flow = await readFlowCookie(request.headers.cookie, { keys, now });
    const answer = new URL(request.url ?? "/", base);
    if (flow === undefined || answer.searchParams.get("state") !== flow.state) throw new Refusal("stale");
    const person = await ask(await provider(), answer, flow, settings, mapping);
    const source = request.socket.remoteAddress ?? "";
    const entry = {
      ...{ time: now, source, method: "phoenix.gateway.v1.AuthService/Login", before: "", requestId: "" },
      after: JSON.stringify({ openIdConnect: person.subject, grants: JSON.parse(storeGrants(person.grants)) }),
      reason: "",
    };
    if (person.grants.length === 0) {
      await append({ ...entry, actor: "", subject: person.name, outcome: "PERMISSION_DENIED" });
      throw new Refusal("no-role");
    }
    const { user, session } = await db.transaction(async (tx) => {
      const kept = await keepExternalUser(tx, person, now);
      if (kept.disabled) return { user: kept, session: undefined };
      await noteLogin(tx, kept.userId, now);
      return { user: kept, session: await beginSession(tx, kept.userId, source, now) };
    });
    if (session === undefined) {
      await append({ ...entry, actor: user.name, subject: user.userId, outcome: "PERMISSION_DENIED" });
      throw new Refusal("disabled");
    }
    await append({ ...entry, actor: user.name, subject: user.userId, outcome: "ok" });
    const cookies = refreshCookies(secure, session.refreshToken, session.expireTime);
    redirect(response, flow.returnPath, [...cookies, clearFlowCookie({ path: oidcPath, secure })]);
  };

  /** To the console's login, from where one can try again to get where one wanted to go. */
  const turnBack = async (request: Request, response: Response, error: unknown): Promise<void> => {
    const problem = problemOf(error);
    // What the provider says of itself is for whoever runs the server.
    if (problem === "provider") logger.warn({ err: error }, "a login with OpenID Connect failed");
    const base = baseOf(request, settings);
    const asked = new URL(request.url ?? "/", base).searchParams.get("return");
    const flow = await readFlowCookie(request.headers.cookie, { keys, now: clock() });
    const back = asked === null ? (flow?.returnPath ?? "/") : safePath(asked, base);
    redirect(response, `/login?${new URLSearchParams({ error: problem, return: back })}`, []);
  };

  return (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    const serve = path === oidcPath ? begin : path === `${oidcPath}/callback` ? finish : undefined;
    if (serve === undefined || request.method !== "GET") return next(request, response);
    serve(request, response)
      .catch((error: unknown) => turnBack(request, response, error))
      .catch((error: unknown) => {
        logger.error({ err: error }, "a login with OpenID Connect could not even be refused");
        response.destroy();
      });
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  return oidc.discovery(
    url,
    clientId,
    undefined,
    clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret),
    // Only an issuer on this machine gets here without TLS.
    url.protocol === "http:" ? { execute: [oidc.allowInsecureRequests] } : {},
  );
}

async function ask(
  config: oidc.Configuration,
  current: URL,
  flow: { state: string; nonce: string; verifier: string },
  { rolesClaim }: OidcSettings,
  mapping: ReadonlyMap<string, Grant[]>,
): Promise<ExternalPerson> {
  const tokens = await oidc.authorizationCodeGrant(config, current, {
    expectedState: flow.state,
    expectedNonce: flow.nonce,
    pkceCodeVerifier: flow.verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new Error("the identity provider gave no ID token");
  const text = (name: string): string => (typeof claims[name] === "string" ? claims[name] : "");
  const named = claims[rolesClaim];
  const groups = Array.isArray(named) ? named.map(String) : typeof named === "string" ? [named] : [];
  return {
    subject: `${claims.iss} ${claims.sub}`,
    name: text("preferred_username") || text("email") || claims.sub,
    displayName: text("name").slice(0, 256),
    grants: groups.flatMap((group) => mapping.get(group) ?? []),
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  // RFC 6749, section 4.1.2.1: what a provider answers for someone who does not want to after all.
  const cancelled = error instanceof oidc.AuthorizationResponseError && error.error === "access_denied";
  return cancelled ? "cancelled" : "provider";
}

/** Address of this server as the browser has it. */
function baseOf(request: Request, { publicUrl }: OidcSettings): URL {
  const authority = request.headers[":authority"] ?? request.headers.host ?? "localhost";
  return new URL(publicUrl ?? `http://${String(authority)}`);
}

/** A path of this server, never an address elsewhere. */
function safePath(asked: string | null, base: URL): string {
  if (asked === null || !asked.startsWith("/") || !URL.canParse(asked, base.href)) return "/";
  const url = new URL(asked, base);
  return url.origin === base.origin && !url.pathname.startsWith("//") ? url.pathname + url.search : "/";
}

function redirect(response: Response, location: string, cookies: string[]): void {
  response.setHeader("set-cookie", cookies);
  response.writeHead(303, { location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  response.end();
}
