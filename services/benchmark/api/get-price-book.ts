import type { GetPriceBookRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { BenchmarkApiDeps } from "./deps.ts";
import { noSuchBook } from "./find-books.ts";
import { wholeBookMessage } from "./price-book-message.ts";

/**
 * One price book with its YAML: the newest version for version 0.
 * @throws PhoenixError with code NOT_FOUND for a name or a version that is not there.
 */
export async function getPriceBook(deps: BenchmarkApiDeps, { name, version }: GetPriceBookRequest) {
  const stored = await deps.priceBooks.get(name, version || undefined);
  if (stored !== undefined) return { priceBook: wholeBookMessage(stored) };
  const newest = await deps.priceBooks.get(name, undefined);
  if (newest === undefined) throw await noSuchBook(deps, name, "name");
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    `the price book "${name}" has no version ${version}; its newest is ${newest.version}`,
    { code: Code.NotFound, metadata: { field: "version", book: name } },
  );
}
