import { type EditorState, type Extension, Prec, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import { yamlTokens } from "./yaml-tokens.ts";

const marks = new Map<string, Decoration>();

function markOf(kind: string): Decoration {
  const mark = marks.get(kind) ?? Decoration.mark({ class: `px-yaml-${kind}` });
  marks.set(kind, mark);
  return mark;
}

function decorate(state: EditorState): DecorationSet {
  return Decoration.set(yamlTokens(state.doc.toString()).map(({ from, to, kind }) => markOf(kind).range(from, to)));
}

const field = StateField.define<DecorationSet>({
  create: decorate,
  update: (decorations, transaction) => (transaction.docChanged ? decorate(transaction.state) : decorations),
  provide: (own) => EditorView.decorations.from(own),
});

/** Colours for YAML that follow the console's scheme. Above the editor's own, which know a light one alone. */
export const highlightYaml: Extension = Prec.highest(field);
