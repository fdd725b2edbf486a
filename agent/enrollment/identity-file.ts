import { join } from "node:path";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { readJsonFile, writeJsonFile } from "../state/index.ts";

/** A secret to present, and the time it is good for, in milliseconds since the Unix epoch. */
export type Credential = {
  secret: string;
  issuedAtMs: number;
  /** Null when it does not end. */
  expiresAtMs: number | null;
};

/** What an enrolled agent is. */
export type Identity = {
  hostId: string;
  hostName: string;
  credential: Credential;
  /** A newer credential that no call was made with yet. */
  candidate: Credential | null;
};

const fileName = "identity.json";

/** The identity in a state directory, or null when the host was never enrolled. Throws when the file is damaged. */
export async function readIdentity(directory: string): Promise<Identity | null> {
  const path = join(directory, fileName);
  let raw: unknown;
  try {
    raw = await readJsonFile(path);
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(path);
    throw error;
  }
  if (raw === undefined) return null;
  const { hostId, hostName, credential, candidate } = raw as Partial<Identity>;
  if (typeof hostId !== "string" || typeof hostName !== "string" || !isCredential(credential)) throw damaged(path);
  return { hostId, hostName, credential, candidate: isCredential(candidate) ? candidate : null };
}

/** Stores the identity, readable by its owner alone. */
export async function writeIdentity(directory: string, identity: Identity): Promise<void> {
  await writeJsonFile(join(directory, fileName), identity);
}

function isCredential(value: unknown): value is Credential {
  const credential = value as Partial<Credential> | null | undefined;
  return (
    typeof credential?.secret === "string" &&
    typeof credential.issuedAtMs === "number" &&
    (credential.expiresAtMs === null || typeof credential.expiresAtMs === "number")
  );
}

function damaged(path: string): Error {
  return phoenixError(
    ErrorReason.CREDENTIAL_REJECTED,
    `The agent's identity in ${path} is damaged. Remove the file and enrol the host again: make a token with "phoenix host enroll-token" and start the agent with it.`,
  );
}
