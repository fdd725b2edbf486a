import { ActionIcon, Button, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Field } from "../library/component-type.ts";
import type { NewValue, SettingValue } from "../library/settings-document.ts";
import classes from "./panel.module.css";

type FieldProps = {
  field: Field;
  value: SettingValue;
  /** What is wrong with it. */
  wrong: string | undefined;
  readOnly: boolean;
  onChange: (value: NewValue | undefined, spelling: "text" | "plain") => void;
};

/** One setting of a component. */
export function SettingField(props: FieldProps) {
  const { field, value, wrong, readOnly, onChange } = props;
  const { label, help } = field;
  const text = value.kind === "text" ? value.text : "";
  const onlyYaml = value.kind === "other" || (value.kind === "mapping" && field.kind !== "presence");
  if (onlyYaml)
    return <TextInput label={label} description={help} value="is edited as YAML" readOnly disabled error={wrong} />;
  switch (field.kind) {
    case "presence":
      return (
        <Switch
          label={label}
          description={help}
          checked={value.kind !== "none"}
          disabled={readOnly}
          onChange={(event) => onChange(event.currentTarget.checked ? {} : undefined, "plain")}
        />
      );
    case "boolean":
      // A reference may stand in its place, which a switch cannot show.
      return (
        <Select
          label={label}
          description={help}
          placeholder="as the collector does"
          clearable
          data={["true", "false", ...(text !== "" && text !== "true" && text !== "false" ? [text] : [])]}
          value={text === "" ? null : text}
          error={wrong}
          disabled={readOnly}
          onChange={(next) => onChange(next ?? undefined, "plain")}
        />
      );
    case "choice":
      return (
        <Select
          label={label}
          description={help}
          placeholder="as the collector does"
          clearable
          data={[...new Set([...field.choices, ...(text === "" ? [] : [text])])]}
          value={text === "" ? null : text}
          error={wrong}
          disabled={readOnly}
          onChange={(next) => onChange(next ?? undefined, "text")}
        />
      );
    case "texts":
    case "statements":
      return <Texts {...props} texts={value.kind === "texts" ? value.texts : []} />;
    case "rows":
      return <Rows {...props} columns={field.columns} rows={value.kind === "rows" ? value.rows : []} />;
    default:
      return (
        <LateInput
          label={label}
          description={help}
          value={text}
          error={wrong}
          required={field.required ?? false}
          readOnly={readOnly}
          onCommit={(next) => onChange(next === "" ? undefined : next, field.kind === "integer" ? "plain" : "text")}
        />
      );
  }
}

type LateProps = {
  label: string;
  description?: string;
  value: string;
  error?: string | undefined;
  required?: boolean;
  readOnly?: boolean;
  multiline?: boolean;
  hideLabel?: boolean;
  onCommit: (value: string) => void;
};

/** A text that is taken over when one leaves it or presses Enter, so that it is one step of undo. */
export function LateInput({ value, onCommit, multiline = false, hideLabel = false, label, error, ...rest }: LateProps) {
  const [text, setText] = useState(value);
  const [of, setOf] = useState(value);
  if (of !== value) {
    setOf(value);
    setText(value);
  }
  const commit = (): void => {
    if (text !== value) onCommit(text);
  };
  const shared = {
    ...rest,
    ...(hideLabel ? { "aria-label": label } : { label }),
    error: text === value ? error : undefined,
    value: text,
    onBlur: commit,
  };
  if (multiline)
    return (
      <Textarea {...shared} autosize minRows={1} maxRows={8} onChange={(event) => setText(event.currentTarget.value)} />
    );
  return (
    <TextInput
      {...shared}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
      }}
    />
  );
}

function Texts({ field, texts, wrong, readOnly, onChange }: FieldProps & { texts: readonly string[] }) {
  const put = (next: readonly string[]): void => onChange(next.length === 0 ? undefined : next, "text");
  return (
    <fieldset className={classes.list}>
      <legend>{field.label}</legend>
      <p className={classes.help}>{field.help}</p>
      {texts.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts have no other identity than their place
        <div key={index} className={classes.row}>
          <LateInput
            label={`${field.label}, ${index + 1}`}
            hideLabel
            multiline={field.kind === "statements"}
            value={text}
            readOnly={readOnly}
            onCommit={(next) => put(texts.toSpliced(index, 1, next))}
          />
          {!readOnly && (
            <Remove label={`${field.label}, ${index + 1}`} onClick={() => put(texts.toSpliced(index, 1))} />
          )}
        </div>
      ))}
      {wrong !== undefined && <p className={classes.wrong}>{wrong}</p>}
      {!readOnly && <Add label={field.label} onClick={() => put([...texts, ""])} />}
    </fieldset>
  );
}

type RowsProps = FieldProps & {
  columns: Extract<Field, { kind: "rows" }>["columns"];
  rows: readonly Readonly<Record<string, string>>[];
};

function Rows({ field, columns, rows, wrong, readOnly, onChange }: RowsProps) {
  const put = (next: readonly Readonly<Record<string, string>>[]): void => onChange(next, "text");
  const set = (index: number, key: string, value: string): void =>
    put(rows.map((row, at) => (at === index ? { ...row, [key]: value } : row)));
  return (
    <fieldset className={classes.list}>
      <legend>{field.label}</legend>
      <p className={classes.help}>{field.help}</p>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity than their place
        <div key={index} className={classes.row}>
          {columns.map(({ key, label, choices }) => {
            const name = `${label}, ${index + 1}`;
            return choices ? (
              <Select
                key={key}
                aria-label={name}
                data={[...choices]}
                value={row[key] ?? null}
                disabled={readOnly}
                onChange={(next) => set(index, key, next ?? "")}
              />
            ) : (
              <LateInput
                key={key}
                label={name}
                hideLabel
                value={row[key] ?? ""}
                readOnly={readOnly}
                onCommit={(next) => set(index, key, next)}
              />
            );
          })}
          {!readOnly && <Remove label={`${field.label}, ${index + 1}`} onClick={() => put(rows.toSpliced(index, 1))} />}
        </div>
      ))}
      {wrong !== undefined && <p className={classes.wrong}>{wrong}</p>}
      {!readOnly && <Add label={field.label} onClick={() => put([...rows, firstOf(columns)])} />}
    </fieldset>
  );
}

function firstOf(columns: Extract<Field, { kind: "rows" }>["columns"]): Record<string, string> {
  // "attribute" reads as something to be replaced; an empty row would say nothing in YAML.
  return Object.fromEntries(
    columns.map(({ key, choices }) => [key, choices?.includes("upsert") ? "upsert" : "attribute"]),
  );
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${label}`} onClick={onClick}>
      <IconTrash size={16} />
    </ActionIcon>
  );
}

function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      leftSection={<IconPlus size={14} />}
      aria-label={`Add to ${label}`}
      onClick={onClick}
    >
      Add
    </Button>
  );
}
