// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for; some end a line of YAML.
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Writes a text as one word of a POSIX shell, on one line: control characters are written as bash's `$'...'`. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (!control.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...text].map((sign) => {
    if (sign === "'" || sign === "\\") return `\\${sign}`;
    return control.test(sign) ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}` : sign;
  });
  return `$'${escaped.join("")}'`;
}
