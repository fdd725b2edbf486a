/** Why a login elsewhere came to nothing, by what the server puts into the address (services/gateway/oidc). */
const words: Readonly<Record<string, string>> = {
  stale: "This login was not begun in this browser, or took too long. Begin again.",
  cancelled: "The login was called off at your identity provider. Begin again when you want to.",
  "no-role":
    "Your identity provider knows you, but none of your groups may do anything here. Ask who runs this server.",
  disabled: "You may not log in here any more. Ask who runs this server.",
  provider: "Your identity provider did not let this login through. Begin again; the server's log says more.",
};

/** Why a login elsewhere came to nothing; never the text of the address itself, which anyone could have written. */
export function whyNot(problem: string): string {
  return (Object.hasOwn(words, problem) ? words[problem] : undefined) ?? "The login did not work. Begin again.";
}
