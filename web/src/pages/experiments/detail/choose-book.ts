import type { BookCost } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";

/** The price book wanted, or the first that has prices. */
export function chooseBook(books: readonly BookCost[], wanted: string): BookCost | undefined {
  const priced = books.filter(({ arms }) => arms.length > 0);
  return priced.find(({ book }) => book?.name === wanted) ?? priced[0];
}
