import { useEffect, useRef, useState } from "react";
import { YamlEditor } from "../../../../editor/index.tsx";

/** A pause in typing after which the text is taken over, in ms: one step of undo for what was typed in one go. */
const pauseMs = 600;

/** A piece of YAML that is taken over when one stops typing or leaves it. */
export function LateYaml({
  label,
  value,
  height,
  onCommit,
}: {
  label: string;
  value: string;
  height?: string;
  /** Without it the text is only to be read. */
  onCommit?: ((value: string) => void) | undefined;
}) {
  const [text, setText] = useState(value);
  const pending = useRef<{ text: string; timer: number }>(undefined);
  const latest = useRef(onCommit);
  latest.current = onCommit;
  useEffect(() => setText(value), [value]);
  const flush = (): void => {
    if (pending.current === undefined) return;
    clearTimeout(pending.current.timer);
    const { text: typed } = pending.current;
    pending.current = undefined;
    latest.current?.(typed);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed is taken over when the editor goes
  useEffect(() => flush, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only hears that the editor inside was left
    <div onBlur={flush}>
      <YamlEditor
        label={label}
        value={text}
        {...(height === undefined ? {} : { height })}
        onChange={
          onCommit &&
          ((next) => {
            setText(next);
            clearTimeout(pending.current?.timer);
            pending.current = { text: next, timer: window.setTimeout(flush, pauseMs) };
          })
        }
      />
    </div>
  );
}
