/** Constructs that JavaScript reads and RE2 refuses: look-around, named groups, back-references, code points, empty classes. */
const notInRe2 = /\(\?(?!:)|\\[1-9kuc]|\[\^?\]/;
/** Constructs that RE2 reads and JavaScript takes for something else: text anchors, quoting, POSIX classes, Unicode classes. */
const notInJavaScript = /\\[AzQEpPaC]|\[\[:/;

/**
 * Says what keeps a text from being a regular expression that RE2 (the collector's) and JavaScript
 * (the agent's oracle) both accept and read alike; undefined when nothing does.
 */
export function checkExpression(text: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return "contains a control character";
  const bare = text.replaceAll("\\\\", "");
  const foreign = notInRe2.exec(bare) ?? notInJavaScript.exec(bare);
  if (foreign) return `contains "${foreign[0]}", which RE2 and JavaScript do not read alike`;
  try {
    // The strict mode refuses stray brackets and unknown escapes, as RE2 does.
    new RegExp(text, "u");
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^Invalid regular expression: /, "is not a regular expression: ")
      : String(error);
  }
  return undefined;
}
