import { yaml } from "@codemirror/lang-yaml";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";
import { type Mark, markedLines, showMarks } from "./diagnostics.ts";
import classes from "./editor.module.css";
import { editorTheme, fillsFrame } from "./editor-theme.ts";
import { highlightYaml } from "./highlight.ts";
import { shadowPlace } from "./shadow-place.ts";

/** Of a change that did not come from the keyboard. */
const fromOutside = Annotation.define<boolean>();

/**
 * What is typed over a selection is put in by the editor: left to the browser, it would keep the colour of what
 * was there in a style attribute, which the content security policy refuses.
 */
const overSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state, composing } = view;
    if (event.inputType !== "insertText" || event.data === null || composing || state.readOnly) return false;
    if (state.selection.ranges.every(({ empty }) => empty)) return false;
    event.preventDefault();
    view.dispatch(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/** What an editor of YAML is told. */
export type YamlEditorProps = {
  /** What the text is, for screen readers. */
  label: string;
  value: string;
  /** Without it the text is only to be read. */
  onChange?: ((value: string) => void) | undefined;
  marks?: readonly Mark[];
  /** Height in CSS; it scrolls inside. */
  height?: string;
  /** Goes to this line, from 1, whenever the object is another one. */
  goTo?: { readonly line: number } | undefined;
};

const none: readonly Mark[] = [];

/** YAML to read or to write, with colours and with what was found in it. */
export default function YamlEditor({ label, value, onChange, marks = none, height = "420px", goTo }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  const readOnly = onChange === undefined;

  useEffect(() => {
    if (host.current === null) return;
    const { root, place } = shadowPlace(host.current);
    const made = new EditorView({
      root,
      parent: place,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          basicSetup,
          yaml(),
          highlightYaml,
          markedLines,
          editorTheme,
          fillsFrame,
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": String(readOnly), tabindex: "0" }),
          overSelection,
          EditorView.updateListener.of(({ docChanged, transactions, state }) => {
            const typed = transactions.some((each) => each.docChanged && !each.annotation(fromOutside));
            if (docChanged && typed) latest.current.onChange?.(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = undefined;
    };
  }, [label, readOnly]);

  useEffect(() => {
    const { current } = view;
    if (current === undefined) return;
    const changes = difference(current.state.doc.toString(), value);
    if (changes) current.dispatch({ changes, annotations: fromOutside.of(true) });
  }, [value]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: marks are of a text, so another one shows them anew
  useEffect(() => {
    if (view.current) showMarks(view.current, marks);
  }, [marks, label, readOnly, value]);

  useEffect(() => {
    const { current } = view;
    if (current === undefined || goTo === undefined || goTo.line < 1) return;
    const { from } = current.state.doc.line(Math.min(goTo.line, current.state.doc.lines));
    current.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    current.focus();
  }, [goTo]);

  return <div ref={host} className={classes.frame} style={{ height }} />;
}

/** The one stretch in which two texts differ, so that a cursor outside of it stays where it is. */
function difference(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) return undefined;
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) };
}
