import { yaml } from "@codemirror/lang-yaml";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { minimalSetup } from "codemirror";
import { useEffect, useRef } from "react";
import classes from "./editor.module.css";
import { editorTheme } from "./editor-theme.ts";
import { highlightYaml } from "./highlight.ts";
import { shadowPlace } from "./shadow-place.ts";

/** What a comparison is told. */
export type YamlDiffProps = {
  left: { label: string; text: string };
  right: { label: string; text: string };
  /** One below the other, as on a narrow screen. */
  unified: boolean;
};

const collapse = { margin: 3, minSize: 6 };

/** Two texts beside each other, or as one with what went and what came. */
export default function YamlDiff({ left, right, unified }: YamlDiffProps) {
  const host = useRef<HTMLDivElement>(null);
  const leftText = left.text;
  const rightText = right.text;
  useEffect(() => {
    if (host.current === null) return;
    const { root, place } = shadowPlace(host.current);
    const read = (label: string): Extension => [
      minimalSetup,
      yaml(),
      highlightYaml,
      editorTheme,
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
    ];
    const made = unified
      ? new EditorView({
          root,
          parent: place,
          doc: rightText,
          extensions: [
            read(`${left.label} and ${right.label}`),
            unifiedMergeView({
              original: leftText,
              mergeControls: false,
              collapseUnchanged: collapse,
              gutter: true,
              // It knows colours of a light scheme alone.
              syntaxHighlightDeletions: false,
            }),
          ],
        })
      : new MergeView({
          root,
          parent: place,
          a: { doc: leftText, extensions: read(left.label) },
          b: { doc: rightText, extensions: read(right.label) },
          collapseUnchanged: collapse,
          gutter: true,
        });
    return () => made.destroy();
  }, [left.label, right.label, leftText, rightText, unified]);
  return <div ref={host} className={classes.diff} />;
}
