import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { type Configuration, Provider } from "oidc-provider";

/** Someone whom an identity provider knows. */
export type Person = { id: string; name: string; groups: string[] };

/** A real OpenID Connect provider on this machine; whoever `person` is logs in without being asked, unless it asks. */
export type IdentityProvider = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  person: Person;
  /** Ends it. */
  close(): Promise<void>;
};

/** How a provider treats who comes. */
export type ProviderOptions = {
  /** A page with a name to give and a way to leave it; without it whoever comes is `person`. */
  asks?: boolean;
  /** Its name on this machine: a browser takes another one for another site. */
  host?: "127.0.0.1" | "localhost";
};

/** Starts a provider with one client that comes back to these addresses. */
export async function startIdentityProvider(
  redirectUris: readonly string[],
  { asks = false, host = "127.0.0.1" }: ProviderOptions = {},
): Promise<IdentityProvider> {
  const [clientId, clientSecret] = ["phoenix", "a secret of the client"];
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256" };
  const people = new Map<string, Person>();
  let serve: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => serve(request, response)).listen(0, host);
  await once(server, "listening");
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;

  const configuration: Configuration = {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [...redirectUris] }],
    jwks: { keys: [jwk] as never },
    cookies: { keys: ["a key of the provider"] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    scopes: ["openid", "profile", "groups"],
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], groups: ["groups"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => {
      const person = people.get(id);
      if (person === undefined) return undefined;
      const { name, groups } = person;
      return {
        accountId: id,
        claims: async () => ({ sub: id, preferred_username: name, name: `${name} of the firm`, groups }),
      };
    },
    async loadExistingGrant(context) {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope("openid profile groups");
      await grant.save();
      return grant;
    },
  };
  const provider = new Provider(issuer, configuration);
  const callback = provider.callback();
  const own: IdentityProvider = {
    ...{ issuer, clientId, clientSecret },
    person: { id: "nobody", name: "nobody", groups: [] },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  serve = (request, response) => {
    if (request.url?.startsWith("/interaction/") !== true) {
      void callback(request, response);
      return;
    }
    if (asks && request.method !== "POST") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(loginPage(request.url));
      return;
    }
    people.set(own.person.id, own.person);
    const answer = asks && request.url.endsWith("/cancel") ? cancelled : { login: { accountId: own.person.id } };
    provider
      .interactionFinished(request, response, answer)
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  };
  return own;
}

const cancelled = { error: "access_denied", error_description: "the person left" };

function loginPage(address: string): string {
  return `<!doctype html><html lang="en"><title>The firm's login</title><link rel="icon" href="data:,">
<h1>The firm's login</h1>
<form method="post"><button>That is me</button><button formaction="${address}/cancel">Cancel</button></form></html>`;
}
