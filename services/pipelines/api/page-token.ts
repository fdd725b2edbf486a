import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

const prefix = "pipelines after ";

/** Makes the token that continues a list behind a name. */
export function writePageToken(name: string): string {
  return Buffer.from(prefix + name, "utf8").toString("base64url");
}

/** Reads the name behind which a list goes on; an empty token is the beginning. Throws INVALID_PAGE_TOKEN. */
export function readPageToken(token: string): string {
  if (token === "") return "";
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text.startsWith(prefix)) return text.slice(prefix.length);
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "The page token is not one that ListPipelines gave out. Begin again without a token.",
  );
}
