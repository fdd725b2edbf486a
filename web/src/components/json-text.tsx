import { CodeBlock } from "./code-block.tsx";

/** JSON with a line for each field; text that is none as it is. */
export function JsonText({ label, text }: { label: string; text: string }) {
  return <CodeBlock label={label} text={indented(text)} />;
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
