import type { ListPriceBooksRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { BenchmarkApiDeps } from "./deps.ts";
import { bookMessage } from "./price-book-message.ts";

const defaultPageSize = 50;
const tokenPattern = /^book:([a-z0-9][a-z0-9-]{0,62})$/;

/**
 * The price books by name, in pages.
 * @throws PhoenixError INVALID_PAGE_TOKEN for a token this list did not give out.
 */
export async function listPriceBooks(deps: BenchmarkApiDeps, { pageSize, pageToken }: ListPriceBooksRequest) {
  const limit = pageSize || defaultPageSize;
  const found = await deps.priceBooks.list(nameAfter(pageToken), limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const nextPageToken =
    found.length > limit && last !== undefined ? Buffer.from(`book:${last.book.name}`).toString("base64url") : "";
  return { priceBooks: page.map(bookMessage), nextPageToken };
}

function nameAfter(pageToken: string): string {
  if (pageToken === "") return "";
  const name = tokenPattern.exec(Buffer.from(pageToken, "base64url").toString("utf8"))?.[1];
  if (name !== undefined) return name;
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "page_token is not one that ListPriceBooks gave out; begin again without one",
  );
}
