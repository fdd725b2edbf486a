import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** The page size of a request: its own, or 50. */
export function pageSizeOf(requested: number): number {
  return requested === 0 ? 50 : requested;
}

/** Makes the token that continues a list behind a key. */
export function pageTokenFor(list: string, key: string): string {
  return Buffer.from(JSON.stringify([list, key])).toString("base64url");
}

/** The key a token continues behind; null for no token. @throws PhoenixError INVALID_PAGE_TOKEN. */
export function keyOfPageToken(list: string, token: string): string | null {
  if (token === "") return null;
  const content = parse(Buffer.from(token, "base64url").toString("utf8"));
  if (Array.isArray(content) && content.length === 2 && content[0] === list && typeof content[1] === "string") {
    return content[1];
  }
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "The page token is not one this list gave out. Start again without a token.",
  );
}

/** As {@link keyOfPageToken}, for lists whose key is a whole number. */
export function numberOfPageToken(list: string, token: string): bigint | null {
  const key = keyOfPageToken(list, token);
  if (key === null) return null;
  if (/^\d{1,18}$/.test(key)) return BigInt(key);
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "The page token is not one this list gave out. Start again without a token.",
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Not JSON, so not a token of ours; the caller says so.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** One page of rows, of which one more than a page was read, and the key of its last row when there is another page. */
export function cutPage<T>(rows: readonly T[], pageSize: number): { page: T[]; last: T | undefined } {
  const page = rows.slice(0, pageSize);
  return { page, last: rows.length > pageSize ? page.at(-1) : undefined };
}
