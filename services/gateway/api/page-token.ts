import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** The page size of a request: its own, or 50. */
export function pageSizeOf(requested: number): number {
  return requested === 0 ? 50 : requested;
}

/** Makes the token that continues a list behind a key. */
export function writePageToken(list: string, key: string): string {
  return Buffer.from(`${list} after ${key}`).toString("base64url");
}

/** The key a token continues behind; null for no token. @throws PhoenixError INVALID_PAGE_TOKEN. */
export function readPageToken(list: string, token: string): string | null {
  if (token === "") return null;
  const prefix = `${list} after `;
  const text = Buffer.from(token, "base64url").toString("utf8");
  if (text.startsWith(prefix) && text.length > prefix.length) return text.slice(prefix.length);
  throw foreign();
}

/** As {@link readPageToken}, for lists whose key is a whole number. */
export function readNumberToken(list: string, token: string): bigint | null {
  const key = readPageToken(list, token);
  if (key === null) return null;
  if (/^\d{1,18}$/.test(key)) return BigInt(key);
  throw foreign();
}

/** One page of rows, of which one more than a page was read, and the key of its last row when there is another page. */
export function cutPage<T>(rows: readonly T[], pageSize: number): { page: T[]; last: T | undefined } {
  const page = rows.slice(0, pageSize);
  return { page, last: rows.length > pageSize ? page.at(-1) : undefined };
}

function foreign() {
  return phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "The page token is not one that this list gave out. Begin again without a token.",
  );
}
