/**
 * The components that the builder has forms for: names, the signals they carry, and the settings that a form
 * shows, each as the collector's own documentation of v0.160 has it. Everything else about a component is edited
 * as YAML, and so is every component that is not here. What a server's collector really has, the server says
 * (known-types.ts in the builder asks it).
 */
import type { ComponentKind } from "../graph/graph-model.ts";
import type { Signal } from "../graph/ids.ts";

/** What a form shows for one setting. */
export type Field = {
  /** Keys from the settings down to the value. */
  readonly path: readonly string[];
  readonly label: string;
  /** What it does, with its default where the collector has one. */
  readonly help: string;
  /** Shown only while there is a mapping (or null) at this path. */
  readonly within?: readonly string[];
  readonly required?: boolean;
} & (
  | { readonly kind: "text" | "duration" | "boolean" }
  | { readonly kind: "address"; readonly scheme?: boolean }
  | { readonly kind: "integer"; readonly minimum?: number; readonly maximum?: number }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** On while the key is there; turning it on writes `{}`. */
  | { readonly kind: "presence" }
  /** A list of texts; statements may have several lines. */
  | { readonly kind: "texts" | "statements" }
  /** A list of mappings with these keys, each a text. */
  | { readonly kind: "rows"; readonly columns: readonly Column[] }
);

/** A column of rows. */
export type Column = { readonly key: string; readonly label: string; readonly choices?: readonly string[] };

/** A type of component. */
export type ComponentType = {
  readonly kind: ComponentKind;
  /** The name a collector prefers. */
  readonly type: string;
  /** Older spellings that a collector still takes. */
  readonly oldNames: readonly string[];
  readonly title: string;
  /** What it is for, in one sentence. */
  readonly about: string;
  readonly signals: readonly Signal[];
  /** Settings of a new one, YAML. */
  readonly start: string;
  readonly fields: readonly Field[];
};
