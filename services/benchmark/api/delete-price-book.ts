import {
  BenchmarkService,
  type DeletePriceBookRequest,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { withRequestId } from "@phoenix/platform/database";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { BenchmarkApiDeps } from "./deps.ts";
import { noSuchBook } from "./find-books.ts";
import { requestIdentity } from "./request-identity.ts";

/**
 * Deletes what operators stored under a name.
 * @throws PhoenixError with code NOT_FOUND for a name that no book has; with code FAILED_PRECONDITION for a book that is as it was shipped.
 */
export async function deletePriceBook(deps: BenchmarkApiDeps, request: DeletePriceBookRequest) {
  const { name } = request;
  await deps.db.transaction((tx) =>
    withRequestId(tx, requestIdentity(BenchmarkService.method.deletePriceBook, request), async () => {
      const newest = await deps.priceBooks.lock(tx, name);
      if (newest === undefined) throw await noSuchBook(deps, name, "name");
      if ((await deps.priceBooks.remove(tx, name)) === 0) {
        throw phoenixError(
          ErrorReason.INVALID_FIELD,
          `the price book "${name}" ships with Phoenix and nobody changed it: there is nothing to delete`,
          { code: Code.FailedPrecondition, metadata: { field: "name", book: name } },
        );
      }
      return { bytes: new Uint8Array() };
    }),
  );
  return {};
}
