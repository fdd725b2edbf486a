import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type ApplyPriceBookRequest,
  type ApplyPriceBookResponse,
  ApplyPriceBookResponseSchema,
  BenchmarkService,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { withRequestId } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { PriceBook } from "../cost/index.ts";
import { readPriceFile, writePriceFile } from "../price-file/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";
import { wholeBookMessage } from "./price-book-message.ts";
import { requestIdentity } from "./request-identity.ts";

/**
 * Stores a price book from YAML as the next version under its name; where the
 * newest says the same, nothing is stored. With `validate_only` it says what it
 * would do.
 * @throws PhoenixError INVALID_FIELD with line and column of everything that is wrong; REQUEST_ID_REUSED.
 */
export async function applyPriceBook(
  deps: BenchmarkApiDeps,
  request: ApplyPriceBookRequest,
  author: string,
): Promise<ApplyPriceBookResponse> {
  const book = readOrRefuse(request.yaml);
  const method = BenchmarkService.method.applyPriceBook;
  const { bytes } = await deps.db.transaction((tx) =>
    withRequestId(tx, requestIdentity(method, request), async () => {
      const newest = await deps.priceBooks.lock(tx, book.name);
      const changed = newest === undefined || writePriceFile(newest.book) !== writePriceFile(book);
      let answer: MessageInitShape<typeof ApplyPriceBookResponseSchema>;
      if (newest !== undefined && !changed) answer = { priceBook: wholeBookMessage(newest), changed };
      else if (request.validateOnly) {
        const next = {
          book,
          version: (newest?.version ?? 0) + 1,
          author,
          yaml: request.yaml,
          createdAt: new Date(deps.clock()),
        };
        answer = { priceBook: wholeBookMessage(next), changed };
      } else
        answer = { priceBook: wholeBookMessage(await deps.priceBooks.add(tx, book, request.yaml, author)), changed };
      return { bytes: toBinary(ApplyPriceBookResponseSchema, create(ApplyPriceBookResponseSchema, answer)) };
    }),
  );
  return fromBinary(ApplyPriceBookResponseSchema, bytes);
}

/** Characters that are none in YAML 1.2 (5.1), but for those of lines; a terminal would obey some, and PostgreSQL keeps no NUL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;

/** Faults that are written out; the rest are counted. */
const mostFaults = 10;

function readOrRefuse(yaml: string): PriceBook {
  const read = controls.test(yaml)
    ? { faults: [{ line: 1, column: 1, message: "the text has control characters in it, which YAML does not allow" }] }
    : readPriceFile(yaml);
  if ("book" in read) return read.book;
  const said = read.faults
    .slice(0, mostFaults)
    .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
  const more = read.faults.length - said.length;
  if (more > 0) said.push(`and ${more} more`);
  const [first] = read.faults;
  throw phoenixError(ErrorReason.INVALID_FIELD, said.join("; "), {
    metadata: { field: "yaml", line: String(first?.line ?? 1), column: String(first?.column ?? 1) },
  });
}
