import { useQuery } from "@connectrpc/connect-query";
import { Button, Select, TextInput } from "@mantine/core";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { useEffect, useState } from "react";
import classes from "./audit.module.css";
import { shortMethod } from "./method-name.ts";

/** What of the audit is shown; empty takes all. */
export type AuditFilter = { actor: string; method: string; subject: string; from: string; until: string };

/** The filter of one who wants to see all. */
export const everything: AuditFilter = { actor: "", method: "", subject: "", from: "", until: "" };

/** Chooses what of the audit is shown. */
export function AuditFilters({
  filter,
  onChange,
}: {
  filter: AuditFilter;
  onChange: (change: Partial<AuditFilter>) => void;
}) {
  const { data: matrix } = useQuery(AuthService.method.getMatrix, {});
  const methods = (matrix?.rules ?? []).filter(({ audited }) => audited).map(({ method }) => method);
  const offered = filter.method === "" || methods.includes(filter.method) ? methods : [filter.method, ...methods];
  const isAll = Object.values(filter).every((value) => value === "");
  return (
    <search className={classes.filters} aria-label="Filter the audit">
      <WrittenFilter label="Who" value={filter.actor} onChange={(actor) => onChange({ actor })} />
      <Select
        label="What"
        placeholder="Every call"
        data={offered.map((method) => ({ value: method, label: shortMethod(method) }))}
        value={filter.method === "" ? null : filter.method}
        searchable
        clearable
        clearButtonProps={{ "aria-label": "Every call" }}
        onChange={(method) => onChange({ method: method ?? "" })}
      />
      <WrittenFilter label="Concerns" value={filter.subject} onChange={(subject) => onChange({ subject })} />
      <TextInput
        type="datetime-local"
        label="From"
        value={filter.from}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label="Before"
        value={filter.until}
        onChange={(event) => onChange({ until: event.currentTarget.value })}
      />
      {!isAll && (
        <Button variant="default" onClick={() => onChange(everything)}>
          Show all
        </Button>
      )}
    </search>
  );
}

/** A filter that counts once one leaves the field or presses Enter: the server compares whole names. */
function WrittenFilter({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      label={label}
      placeholder="The whole name or id"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => onChange(text.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onChange(text.trim());
      }}
    />
  );
}
