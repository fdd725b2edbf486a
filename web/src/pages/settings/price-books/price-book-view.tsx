import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import type { PriceBook } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { useState } from "react";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { DefinitionList } from "../../../components/definition-list.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { TimeText } from "../../../components/time-text.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { readAnew } from "../../../data/read-anew.ts";
import { useMay } from "../../../data/use-session.ts";
import { YamlEditor } from "../../../editor/index.tsx";
import classes from "../settings.module.css";
import { PriceBookEditor } from "./price-book-editor.tsx";
import { TrustBadge } from "./trust-badge.tsx";

/** One price book: what it says, its YAML, and another version of it. */
export function PriceBookView({ name, onOpen }: { name: string; onOpen: (name: string) => void }) {
  const query = useQuery(BenchmarkService.method.getPriceBook, { name });
  return (
    <>
      <div className={classes.head}>
        <Button size="xs" variant="default" onClick={() => onOpen("")}>
          All price books
        </Button>
      </div>
      <QueryView query={query}>
        {({ priceBook }) =>
          priceBook === undefined ? (
            <EmptyState title="There is no such price book" />
          ) : (
            <Book book={priceBook} onOpen={onOpen} />
          )
        }
      </QueryView>
    </>
  );
}

function Book({ book, onOpen }: { book: PriceBook; onOpen: (name: string) => void }) {
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const mayApply = useMay(BenchmarkService.method.applyPriceBook);
  const mayDelete = useMay(BenchmarkService.method.deletePriceBook);
  const remove = useMutation(BenchmarkService.method.deletePriceBook);
  const isOwn = book.version > 0;
  return (
    <>
      <Panel
        title={book.title}
        aside={
          <span className={classes.acts}>
            {mayApply && !editing && (
              <Button size="xs" onClick={() => setEditing(true)}>
                Change, or make another from it
              </Button>
            )}
            {mayDelete && isOwn && (
              <Button size="xs" variant="default" onClick={() => setDeleting(true)}>
                Delete
              </Button>
            )}
          </span>
        }
      >
        <DefinitionList
          facts={[
            ["Name", <code key="name">{book.name}</code>],
            ["Counts", book.unit],
            ["Currency", book.currency],
            ["Price read on", book.asOf],
            ["Read where", book.source],
            ["Source", <TrustBadge key="trust" trust={book.trust} />],
            ["Version", isOwn ? `${book.version}, by ${book.author}` : "as it ships with Phoenix"],
            ["Stored", book.createTime && <TimeText key="stored" time={book.createTime} />],
          ]}
        />
      </Panel>
      {editing ? (
        <PriceBookEditor
          key={`${book.name} ${book.version}`}
          yaml={book.yaml}
          onClose={() => setEditing(false)}
          onStored={(stored) => {
            setEditing(false);
            onOpen(stored);
          }}
        />
      ) : (
        <Panel title="As YAML">
          <YamlEditor label={`Price book ${book.name}`} value={book.yaml} height="360px" />
        </Panel>
      )}
      <ConfirmDialog
        opened={deleting}
        title={`Delete ${book.name}`}
        confirm="Delete what was stored"
        destructive
        reason="none"
        onClose={() => setDeleting(false)}
        onConfirm={async ({ requestId }) => {
          await remove.mutateAsync({ name: book.name, requestId });
          toastDone(`Deleted ${book.name}.`);
          onOpen("");
          await readAnew(BenchmarkService);
        }}
      >
        All versions that were stored under this name go. A book that ships with Phoenix is then as it was shipped.
      </ConfirmDialog>
    </>
  );
}
