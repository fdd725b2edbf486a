import { type Credential, type Identity, writeIdentity } from "./identity-file.ts";

/** The credential in use and the one that is to follow it. */
export type Credentials = {
  /** The secret to present now. Never log it. */
  secret(): string;
  /** The credential in use. */
  current(): Credential;
  /** The newer one that no call was made with yet. */
  candidate(): Credential | null;
  /** Keeps a newer credential beside the current one. */
  propose(candidate: Credential): Promise<void>;
  /** The candidate was accepted: it becomes the current one. */
  promote(): Promise<void>;
  /** The candidate was refused: forgets it. */
  discard(): Promise<void>;
};

/** Creates the credentials of an identity, kept in its file. */
export function createCredentials(directory: string, identity: Identity): Credentials {
  let now = identity;
  const change = async (next: Identity): Promise<void> => {
    await writeIdentity(directory, next);
    now = next;
  };
  return {
    secret: () => now.credential.secret,
    current: () => now.credential,
    candidate: () => now.candidate,
    propose: (candidate) => change({ ...now, candidate }),
    async promote() {
      if (now.candidate !== null) await change({ ...now, credential: now.candidate, candidate: null });
    },
    discard: () => change({ ...now, candidate: null }),
  };
}
