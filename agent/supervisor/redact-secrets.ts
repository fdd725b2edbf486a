/** Takes secrets out of a text that people will see; an empty secret is none. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) if (secret !== "") shown = shown.replaceAll(secret, "$PHX_TAP_URL");
  return shown;
}
