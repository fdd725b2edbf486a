/**
 * The editor of YAML, loaded when it is first shown. In a shadow root, so that a strict content security policy
 * holds; colours by our own tokens (yaml-tokens.ts), as the editor's know one scheme alone.
 */
import "./editor.css";
import { lazy, Suspense } from "react";
import { PageSkeleton } from "../components/page-skeleton.tsx";
import type { YamlDiffProps } from "./yaml-diff.tsx";
import type { YamlEditorProps } from "./yaml-editor.tsx";

export type { Mark } from "./diagnostics.ts";

const LazyEditor = lazy(() => import("./yaml-editor.tsx"));
const LazyDiff = lazy(() => import("./yaml-diff.tsx"));

/** YAML to write, or without `onChange` to read. */
export function YamlEditor(props: YamlEditorProps) {
  return (
    <Suspense fallback={<PageSkeleton lines={3} />}>
      <LazyEditor {...props} />
    </Suspense>
  );
}

/** Two texts compared. */
export function YamlDiff(props: YamlDiffProps) {
  return (
    <Suspense fallback={<PageSkeleton lines={3} />}>
      <LazyDiff {...props} />
    </Suspense>
  );
}
