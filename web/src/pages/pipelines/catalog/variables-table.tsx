import { type PipelineVariable, VariableType } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { type Column, DataTable } from "../../../components/data-table.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import classes from "../pipelines.module.css";

const types: Record<number, string> = {
  [VariableType.STRING]: "text",
  [VariableType.INTEGER]: "whole number",
  [VariableType.NUMBER]: "number",
  [VariableType.BOOLEAN]: "true or false",
  [VariableType.DURATION]: "length of time",
  [VariableType.REGEX]: "expression over names",
};

const columns: readonly Column<PipelineVariable>[] = [
  { key: "name", title: "Variable", cell: ({ name }) => <code>{name}</code> },
  { key: "type", title: "Type", cell: ({ type }) => types[type] ?? "unknown" },
  { key: "default", title: "Default", cell: ({ defaultValue }) => <code>{defaultValue}</code> },
  { key: "range", title: "Range", cell: (variable) => rangeOf(variable) },
  { key: "help", title: "What it does", cell: ({ help }) => <div className={classes.help}>{help}</div> },
];

/** The variables of a pipeline. */
export function VariablesTable({ variables }: { variables: readonly PipelineVariable[] }) {
  if (variables.length === 0) return <EmptyState title="It has no variables" />;
  return <DataTable label="Variables" columns={columns} rows={variables} rowKey={({ name }) => name} />;
}

/** "1s to 1h"; empty for none. */
export function rangeOf({ minimum, maximum }: Pick<PipelineVariable, "minimum" | "maximum">): string {
  if (minimum !== "" && maximum !== "") return `${minimum} to ${maximum}`;
  if (minimum !== "") return `from ${minimum}`;
  return maximum === "" ? "" : `up to ${maximum}`;
}
