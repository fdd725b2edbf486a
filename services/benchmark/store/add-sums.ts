import type { Tx } from "@phoenix/platform/database";

interface SumColumn {
  readonly name: string;
  readonly type: "text" | "timestamptz" | "integer" | "bigint" | "double precision";
}

/** A table of sums: rows are found by their keys, made with `kept`, and added to. */
export interface SumTable {
  readonly name: string;
  readonly keys: readonly SumColumn[];
  readonly kept: readonly SumColumn[];
  readonly sums: readonly SumColumn[];
}

/** What is to be added to the rows of a table. */
export interface Additions {
  /** Adds amounts, in the order of the table's sums. */
  add(keys: readonly (string | number)[], kept: readonly number[], amounts: readonly number[]): void;
  /** Writes it all, in the order of the keys, so that transactions meet in one order. */
  write(tx: Tx): Promise<void>;
}

/** Gathers additions for a table. */
export function createAdditions(table: SumTable): Additions {
  const rows = new Map<string, { keys: readonly (string | number)[]; kept: readonly number[]; amounts: number[] }>();
  return {
    add(keys, kept, amounts) {
      const name = keys.join("\0");
      const row = rows.get(name);
      if (row === undefined) rows.set(name, { keys, kept, amounts: [...amounts] });
      else for (const [index, amount] of amounts.entries()) row.amounts[index] = (row.amounts[index] ?? 0) + amount;
    },
    async write(tx) {
      if (rows.size === 0) return;
      const ordered = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
      const values = ordered.map(({ keys, kept, amounts }) => [...keys, ...kept, ...amounts]);
      const columns = [...table.keys, ...table.kept, ...table.sums];
      await tx.query(
        statementOf(table),
        columns.map((_column, index) => values.map((row) => row[index])),
      );
    },
  };
}

function statementOf({ name, keys, kept, sums }: SumTable): string {
  const columns = [...keys, ...kept, ...sums];
  const names = (of: readonly SumColumn[]): string => of.map((column) => column.name).join(", ");
  return `INSERT INTO ${name} AS found (${names(columns)})
    SELECT * FROM unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ")})
    ON CONFLICT (${names(keys)}) DO UPDATE
    SET ${sums.map((column) => `${column.name} = found.${column.name} + excluded.${column.name}`).join(", ")}`;
}
