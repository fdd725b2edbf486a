import { useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { PriceBook } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { keepPreviousData } from "@tanstack/react-query";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { usePaging } from "../../../components/use-paging.ts";
import { useSearchState } from "../../../data/use-search-state.ts";
import classes from "../settings.module.css";
import { PriceBookView } from "./price-book-view.tsx";
import { TrustBadge } from "./trust-badge.tsx";

const defaults = { book: "" };

/** What vendors charge, by list and by contract. */
export function PriceBooksTab() {
  const [{ book }, setSearch] = useSearchState(defaults);
  const open = (name: string): void => setSearch({ book: name }, { replace: false });
  return book === "" ? <Books onOpen={open} /> : <PriceBookView key={book} name={book} onOpen={open} />;
}

function Books({ onOpen }: { onOpen: (name: string) => void }) {
  const { pageToken, paging } = usePaging("price-books");
  const query = useQuery(
    BenchmarkService.method.listPriceBooks,
    { pageSize: 50, pageToken },
    { placeholderData: keepPreviousData },
  );
  const columns: readonly Column<PriceBook>[] = [
    {
      key: "name",
      title: "Price book",
      cell: ({ name, title }) => (
        <div className={classes.cell}>
          <span className={classes.name}>{title}</span>
          <span className={classes.sub}>{name}</span>
        </div>
      ),
    },
    { key: "unit", title: "Counts", cell: ({ unit }) => unit },
    { key: "currency", title: "Currency", cell: ({ currency }) => currency },
    { key: "asOf", title: "Read on", cell: ({ asOf }) => <span className="px-num">{asOf}</span> },
    { key: "trust", title: "Source", cell: ({ trust }) => <TrustBadge trust={trust} /> },
    { key: "version", title: "Kept by", cell: (book) => <Keeper book={book} /> },
    {
      key: "open",
      title: <span className="px-visually-hidden">What can be done</span>,
      align: "end",
      cell: ({ name, title }) => (
        <Button size="compact-xs" variant="default" aria-label={`Open ${title}`} onClick={() => onOpen(name)}>
          Open
        </Button>
      ),
    },
  ];
  return (
    <>
      <div className={classes.head}>
        <p>
          Experiments are priced under every book. Yours stand beside the list prices that ship with Phoenix, or in
          their place under the same name; what an earlier version said stays.
        </p>
      </div>
      <QueryView query={query}>
        {({ priceBooks, nextPageToken }) =>
          priceBooks.length === 0 ? (
            <EmptyState title="There are no price books" />
          ) : (
            <DataTable
              label="Price books"
              columns={columns}
              rows={priceBooks}
              rowKey={({ name }) => name}
              paging={paging(nextPageToken)}
            />
          )
        }
      </QueryView>
    </>
  );
}

function Keeper({ book: { version, author } }: { book: PriceBook }) {
  if (version === 0) return <StatusBadge tone="idle">Ships with Phoenix</StatusBadge>;
  return (
    <>
      {author}
      <span className={classes.sub}>version {version}</span>
    </>
  );
}
