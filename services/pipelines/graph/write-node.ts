import { Document, type Node, Scalar } from "yaml";

/** Names that a reader of YAML 1.1 or 1.2 takes for something else when they stand without quotes. */
const taken = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** Writes a node as YAML, one line for each entry however long it is, scalars in the spelling they have. */
export function writeNode(node: Node | null): string {
  // Under the failsafe schema a scalar without quotes is written as it is, whatever its text looks like.
  const document = new Document(null, { schema: "failsafe" });
  document.contents = node as typeof document.contents;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** A scalar that is read back as this very text. */
export function textScalar(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(text) && !taken.test(text) ? "PLAIN" : "QUOTE_DOUBLE";
  return scalar;
}
