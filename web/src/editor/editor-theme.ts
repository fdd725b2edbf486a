import { EditorView } from "@codemirror/view";

/**
 * Looks of the editor, by the console's own variables, which reach into a shadow root. Without any `data:` image:
 * the page's content security policy would refuse it.
 */
export const editorTheme = EditorView.theme({
  "&": {
    color: "var(--px-text)",
    backgroundColor: "var(--px-surface)",
    fontSize: "12.5px",
  },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--px-text)", padding: "8px 0" },
  "&.cm-focused": { outline: "2px solid var(--px-accent)", outlineOffset: "-2px" },
  ".cm-cursor": { borderLeftColor: "var(--px-text)" },
  ".cm-gutters": { backgroundColor: "var(--px-bg)", color: "var(--px-dim)", borderRight: "1px solid var(--px-line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--px-accent-soft) 35%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--px-accent) 28%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--px-warn-soft)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--px-accent-soft)",
    outline: "1px solid var(--px-accent)",
  },
  ".cm-foldPlaceholder": { backgroundColor: "var(--px-idle-soft)", color: "var(--px-idle)", border: "none" },
  ".cm-panels": { backgroundColor: "var(--px-raised)", color: "var(--px-text)" },
  ".cm-panels input, .cm-panels button": {
    color: "var(--px-text)",
    backgroundColor: "var(--px-surface)",
    backgroundImage: "none",
    border: "1px solid var(--px-line)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--px-raised)",
    color: "var(--px-text)",
    border: "1px solid var(--px-line)",
    borderRadius: "6px",
    maxWidth: "440px",
  },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", padding: "4px 10px" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--px-bad)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--px-warn)" },
  ".cm-diagnostic-info": { borderLeft: "4px solid var(--px-info)" },
  ".cm-lintRange": { backgroundImage: "none !important", paddingBottom: "1px" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--px-bad) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--px-warn) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lintRange-info": { textDecoration: "underline dotted var(--px-info) 1.5px", textUnderlineOffset: "3px" },
  ".cm-lintRange-active": { backgroundColor: "var(--px-warn-soft)" },
  ".cm-lintPoint:after": { display: "none" },
  ".px-found-error": { color: "var(--px-bad)", fontWeight: "700" },
  ".px-found-warning": { color: "var(--px-warn)", fontWeight: "700" },
  ".px-found-error:before": { content: '"✖ "' },
  ".px-found-warning:before": { content: '"▲ "' },
  ".px-yaml-key": { color: "var(--px-code-key)" },
  ".px-yaml-text": { color: "var(--px-code-text)" },
  ".px-yaml-number, .px-yaml-constant": { color: "var(--px-code-number)" },
  ".px-yaml-comment": { color: "var(--px-dim)", fontStyle: "italic" },
  ".px-yaml-sign": { color: "var(--px-dim)" },
  ".px-yaml-reference": { color: "var(--px-code-reference)", fontWeight: "600" },
  ".px-yaml-name": { color: "var(--px-code-reference)" },
  // The merge view's colours.
  ".cm-changedLine, .cm-insertedLine": { backgroundColor: "color-mix(in srgb, var(--px-good-soft) 70%, transparent)" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk, .cm-deletedLine": {
    backgroundColor: "color-mix(in srgb, var(--px-bad-soft) 70%, transparent)",
  },
  "& .cm-changedText, &.cm-merge-b .cm-changedText": {
    background: "none",
    textDecoration: "underline 2px var(--px-good)",
  },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": {
    background: "none",
    textDecoration: "underline 2px var(--px-bad)",
  },
  ".cm-changeGutter": { width: "4px" },
  ".cm-changedLineGutter": { background: "var(--px-good)" },
  ".cm-deletedLineGutter": { background: "var(--px-bad)" },
  ".cm-collapsedLines": {
    background: "var(--px-idle-soft)",
    color: "var(--px-idle)",
    border: "none",
  },
});

/** An editor that fills its frame and scrolls inside. */
export const fillsFrame = EditorView.theme({ "&": { height: "100%" } });
