import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

/** Nobody types on after so long a pause, or the answer in between does no harm, in ms. */
const pauseMs = 200;

/** A filter that is typed; it counts once nobody has typed for a moment, or with Enter. */
export function DraftFilter({
  label,
  placeholder,
  value,
  problem,
  onChange,
}: {
  label: string;
  placeholder?: string;
  value: string;
  /** Why what is typed cannot be used; undefined when it can. */
  problem?: (text: string) => string | undefined;
  onChange: (value: string) => void;
}) {
  const [draft, setDraft] = useState({ of: value, text: value });
  const text = draft.of === value ? draft.text : value;
  const fault = problem?.(text);
  useEffect(() => {
    if (text === value || fault !== undefined) return;
    const timer = setTimeout(() => onChange(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text, value, fault, onChange]);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={text}
      error={fault}
      onChange={(event) => setDraft({ of: value, text: event.currentTarget.value })}
      onKeyDown={(event) => {
        if (event.key === "Enter" && fault === undefined && text !== value) onChange(text);
      }}
    />
  );
}
