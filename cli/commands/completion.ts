import { Command, type Help } from "commander";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

type Node = { path: string; words: string[] };

/** `phoenix completion bash|zsh|fish`: prints a script made from the command tree itself. */
export function completionCommand(program: Command): Command {
  return new Command("completion")
    .description("print a completion script: source <(phoenix completion bash)")
    .argument("<shell>", "bash, zsh or fish")
    .action((shell: string) => {
      process.stdout.write(completionScript(program, shell));
    });
}

/** The script that completes `program` in a shell. Throws a usage error for a shell without one. */
export function completionScript(program: Command, shell: string): string {
  const nodes = commandNodes(program, "");
  if (shell === "bash") return bashScript(nodes);
  if (shell === "zsh") return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(nodes)}`;
  if (shell === "fish") return fishScript(nodes);
  throw new CommandError(`there are scripts for bash, zsh and fish, not for "${shell}"`, exitCodes.usage);
}

function commandNodes(command: Command, path: string): Node[] {
  const help: Help = command.createHelp();
  const children = help.visibleCommands(command).filter((child) => child.name() !== "help");
  const options = help.visibleOptions(command).flatMap((option) => (option.long ? [option.long] : []));
  const own = { path, words: [...children.map((child) => child.name()), ...options] };
  return [own, ...children.flatMap((child) => commandNodes(child, `${path} ${child.name()}`.trim()))];
}

function bashScript(nodes: Node[]): string {
  const cases = nodes.map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`).join("\n");
  return `_phoenix() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases}
    esac
    [[ -n "$words" || -z "$path" ]] && break
    [[ "$path" == *" "* ]] && path="\${path% *}" || path=""
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _phoenix phoenix
`;
}

function fishScript(nodes: Node[]): string {
  const lines = nodes.flatMap(({ path, words }) => {
    const parts = path === "" ? [] : path.split(" ");
    const seen = parts.map((part) => `__fish_seen_subcommand_from ${part}`).join("; and ");
    const condition = seen === "" ? "__fish_use_subcommand" : seen;
    return words.map((word) =>
      word.startsWith("--")
        ? `complete -c phoenix -n "${condition}" -l ${word.slice(2)}`
        : `complete -c phoenix -f -n "${condition}" -a ${word}`,
    );
  });
  return `${lines.join("\n")}\n`;
}
