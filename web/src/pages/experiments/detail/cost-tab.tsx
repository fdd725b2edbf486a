import { Select, TextInput } from "@mantine/core";
import type { BookCost } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { useState } from "react";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { QueryView } from "../../../components/query-view.tsx";
import { Stat, StatGrid } from "../../../components/stat.tsx";
import { formatCount, formatMoney } from "../../../format/quantities.ts";
import { ArmHead } from "./arm-head.tsx";
import { chooseBook } from "./choose-book.ts";
import classes from "./detail.module.css";
import { useCosts } from "./use-experiment-figures.ts";

/** What the arms would cost a month, under the price book chosen and under all. */
export function CostTab({
  experiment,
  book,
  onBook,
}: {
  experiment: Experiment;
  book: string;
  onBook: (book: string) => void;
}) {
  const [fleet, setFleet] = useState("");
  const fleetHosts = /^\d{1,7}$/.test(fleet) ? Number(fleet) : 0;
  const query = useCosts(experiment, fleetHosts);
  if (experiment.measureTime === undefined) {
    return (
      <Panel title="Cost">
        <EmptyState title="Nothing is measured yet" detail="Prices come with the first windows that count." />
      </Panel>
    );
  }
  return (
    <QueryView query={query}>
      {({ books, assumptions }) => {
        const chosen = chooseBook(books, book);
        if (chosen === undefined) {
          return (
            <Panel title="Cost">
              <EmptyState title="The warm-up is under way" detail="Its windows have no price." />
            </Panel>
          );
        }
        return (
          <>
            <Panel
              title="A month of 30 days"
              note={`${chosen.book?.unit ?? ""} Prices as of ${chosen.book?.asOf ?? "an unknown day"} (${chosen.book?.source ?? "no source"}; trust: ${chosen.book?.trust ?? "not said"}).`}
              aside={
                <Select
                  aria-label="Price book"
                  data={books.flatMap(({ book: one }) =>
                    one === undefined ? [] : [{ value: one.name, label: one.title || one.name }],
                  )}
                  value={chosen.book?.name ?? null}
                  allowDeselect={false}
                  w={370}
                  maw="100%"
                  onChange={(name) => onBook(name ?? "")}
                />
              }
            >
              <BookFigures cost={chosen} />
              <TextInput
                label="Hosts of the fleet to extrapolate to"
                description="As if every host were like those measured; empty for none."
                inputMode="numeric"
                value={fleet}
                error={fleet !== "" && fleetHosts === 0 ? "A number of hosts, please." : undefined}
                maw={320}
                mt="md"
                onChange={(event) => setFleet(event.currentTarget.value.trim())}
              />
            </Panel>
            <Panel title="Under every price book">
              <DataTable
                label="Cost under every price book"
                columns={columnsOf(chosen)}
                rows={books.filter(({ arms }) => arms.length > 0)}
                rowKey={({ book: one }) => one?.name ?? ""}
              />
            </Panel>
            <Panel title="What this assumes">
              <ul className={classes.list}>
                {assumptions.map((text) => (
                  <li key={text}>{text}</li>
                ))}
              </ul>
            </Panel>
          </>
        );
      }}
    </QueryView>
  );
}

function BookFigures({ cost }: { cost: BookCost }) {
  const currency = cost.book?.currency ?? "USD";
  const money = (amount: number): string => formatMoney(amount, currency);
  return (
    <StatGrid>
      {cost.arms.map(({ variant, monthly, monthlyLow, monthlyHigh }) => (
        <Stat
          key={variant}
          label={variant}
          value={money(monthly)}
          unit="a month"
          note={`${money(monthlyLow)} to ${money(monthlyHigh)}`}
        />
      ))}
      {cost.savings.map(({ variant, gross, collectors, net, fleetNet }) => (
        <Stat
          key={`saved ${variant}`}
          label={`Net saving of ${variant}`}
          value={net === undefined ? "not known" : money(net.estimate)}
          unit="a month"
          help="The difference of the vendor's bills, less what the candidate's collectors need more in CPU and memory."
          note={
            <>
              {net !== undefined && `${money(net.low)} to ${money(net.high)}. `}
              {gross !== undefined && `Gross ${money(gross.estimate)}, `}
              {collectors !== undefined && `collectors ${money(-collectors.estimate)}.`}
              {fleetNet !== undefined &&
                ` Over the fleet: ${money(fleetNet.estimate)} (${money(fleetNet.low)} to ${money(fleetNet.high)}).`}
            </>
          }
        />
      ))}
    </StatGrid>
  );
}

function columnsOf({ arms }: BookCost): Column<BookCost>[] {
  return [
    { key: "book", title: "A month at", cell: ({ book }) => book?.title ?? "" },
    { key: "unit", title: "Counts", cell: ({ book }) => <span className="px-dim">{book?.unit}</span> },
    ...arms.map(
      ({ variant }): Column<BookCost> => ({
        key: variant,
        title: <ArmHead variant={variant} />,
        align: "end",
        cell: ({ book, arms: priced }) => {
          const arm = priced.find((one) => one.variant === variant);
          return arm === undefined ? "" : formatMoney(arm.monthly, book?.currency ?? "USD");
        },
      }),
    ),
    {
      key: "net",
      title: "Net saving",
      align: "end",
      cell: ({ book, savings }) =>
        savings
          .map(({ variant, net }) => {
            const amount = net === undefined ? "not known" : formatMoney(net.estimate, book?.currency ?? "USD");
            return savings.length === 1 ? amount : `${variant}: ${amount}`;
          })
          .join("; "),
    },
    {
      key: "trust",
      title: "Trust",
      cell: ({ book }) => `${book?.trust ?? ""}${book?.version ? `, version ${formatCount(book.version)}` : ""}`,
    },
  ];
}
