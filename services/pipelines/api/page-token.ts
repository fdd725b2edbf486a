import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** Makes the token that continues a list behind an entry. */
export function writePageToken(list: string, after: string): string {
  return Buffer.from(`${list} after ${after}`, "utf8").toString("base64url");
}

/** Reads behind which entry, written as `shape`, a list goes on; an empty token is the beginning. Throws INVALID_PAGE_TOKEN. */
export function readPageToken(list: string, token: string, shape = /^/): string {
  if (token === "") return "";
  const prefix = `${list} after `;
  const text = Buffer.from(token, "base64url").toString("utf8");
  const after = text.slice(prefix.length);
  if (text.startsWith(prefix) && shape.test(after)) return after;
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "The page token is not one that this list gave out. Begin again without a token.",
  );
}
