import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import {
  type EditorState,
  type Extension,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Text,
} from "@codemirror/state";
import { type EditorView, GutterMarker, gutterLineClass } from "@codemirror/view";

/** Something to mark in a text: what is needed of a finding of the service. */
export type Mark = {
  readonly severity: "error" | "warning" | "info";
  /** From 1; 0 when it is about no line. */
  readonly line: number;
  /** From 1; 0 when unknown. */
  readonly column: number;
  readonly message: string;
};

/** Marks as ranges of a text: from the column to the end of the word there, or the whole line. */
export function diagnosticsOf(doc: Text, marks: readonly Mark[]): Diagnostic[] {
  return marks
    .filter(({ line }) => line >= 1 && line <= doc.lines)
    .map(({ severity, line: number, column, message }) => {
      const { from: start, to: end, text } = doc.line(number);
      const at = Math.min(Math.max(column - 1, 0), text.length);
      const word = column > 0 ? (/^(?:"[^"]*"|'[^']*'|[^\s,\]}:]+)/.exec(text.slice(at))?.[0].length ?? 0) : 0;
      const lead = column > 0 ? at : text.length - text.trimStart().length;
      return { severity, message, from: start + lead, to: word > 0 ? start + at + word : end };
    })
    .toSorted((a, b) => a.from - b.from);
}

const setMarks = StateEffect.define<readonly Mark[]>();

class LineMarker extends GutterMarker {
  override elementClass: string;
  constructor(severity: Mark["severity"]) {
    super();
    this.elementClass = `px-found-${severity}`;
  }
}

const markers = { error: new LineMarker("error"), warning: new LineMarker("warning"), info: new LineMarker("info") };

function lineMarkers(state: EditorState, marks: readonly Mark[]) {
  const builder = new RangeSetBuilder<GutterMarker>();
  const worst = new Map<number, Mark["severity"]>();
  for (const { line, severity } of marks) {
    if (line < 1 || line > state.doc.lines) continue;
    if (severity === "error" || !worst.has(line)) worst.set(line, severity);
  }
  for (const [line, severity] of [...worst].toSorted(([a], [b]) => a - b))
    builder.add(state.doc.line(line).from, state.doc.line(line).from, markers[severity]);
  return builder.finish();
}

/** Numbers of lines that something was found in, with a sign. */
export const markedLines: Extension = StateField.define({
  create: (state) => lineMarkers(state, []),
  update(lines, transaction) {
    const effect = transaction.effects.find((each) => each.is(setMarks));
    return effect ? lineMarkers(transaction.state, effect.value as readonly Mark[]) : lines.map(transaction.changes);
  },
  provide: (field) => gutterLineClass.from(field),
});

/** Shows marks in an editor, in place of those before. */
export function showMarks(view: EditorView, marks: readonly Mark[]): void {
  const { effects = [] } = setDiagnostics(view.state, diagnosticsOf(view.state.doc, marks));
  view.dispatch({ effects: [...(Array.isArray(effects) ? effects : [effects]), setMarks.of(marks)] });
}
