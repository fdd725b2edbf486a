import { readFile } from "node:fs/promises";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { AuthService, LoginResponse, RefreshResponse } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { CredentialsFile, SavedLogin } from "./credentials-file.ts";

/** Where the credential of calls comes from. */
export type CredentialSource = {
  /** The credential; undefined for none. `refused` is one that the server did not take, so that another is had if there can be one. */
  get(auth: Client<typeof AuthService>, refused?: string): Promise<string | undefined>;
};

/** An access token is renewed when it lasts no longer than this, in milliseconds. */
const renewMs = 30_000;

/** The credential for a server: a token that is given, else the saved login. */
export function createCredentialSource(options: {
  server: string;
  file: CredentialsFile;
  tokenFile: string | undefined;
  env: NodeJS.ProcessEnv;
}): CredentialSource {
  const { server, file, tokenFile, env } = options;
  if (tokenFile !== undefined) return { get: () => readTokenFile(tokenFile) };
  const token = env.PHOENIX_TOKEN?.trim();
  if (token) return { get: async () => token };
  return {
    async get(auth, refused) {
      const login = await file.read(server);
      if (login === undefined || isGood(login, refused)) return login?.accessToken;
      const renewed = await file.update(server, async (current) => {
        // Another process may have renewed it while this one waited: a refresh token works once.
        if (current === undefined || isGood(current, refused)) return current;
        return renew(auth, current);
      });
      return renewed?.accessToken;
    },
  };
}

/** A login as it is saved. */
export function savedLogin(name: string, answer: LoginResponse | RefreshResponse): SavedLogin {
  const { accessToken, refreshToken, expireTime, identity } = answer;
  const expireMs = expireTime === undefined ? 0 : timestampMs(expireTime);
  return { name: identity?.name || name, accessToken, refreshToken, expireMs };
}

function isGood({ accessToken, expireMs }: SavedLogin, refused: string | undefined): boolean {
  return accessToken !== refused && expireMs - Date.now() > renewMs;
}

async function renew(auth: Client<typeof AuthService>, login: SavedLogin): Promise<SavedLogin | undefined> {
  try {
    return savedLogin(login.name, await auth.refresh({ refreshToken: login.refreshToken }));
  } catch (error) {
    // The session is over: what is saved of it is of no use any more, and the call itself says to log in.
    if (fromConnectError(error).code === Code.Unauthenticated) return undefined;
    throw error;
  }
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new CommandError(`--token-file ${path} cannot be read: ${message}`, exitCodes.usage, { cause: error });
  }
}
