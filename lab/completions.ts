// Prints what makes a shell know the command `lab`, its subcommands and the devices of the labs that are up.
import { ROOT } from "../tools/checkout.ts";

export const SHELLS = ["bash", "zsh"] as const;
export type Shell = (typeof SHELLS)[number];

/** Text for `source <(deno task --quiet lab completions SHELL)`; `subcommands` are all that there are. */
export function renderCompletions(shell: Shell, subcommands: readonly string[]): string {
  const bash = `
lab() { deno task --quiet --config '${ROOT}/deno.json' lab "$@"; }
_lab() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${subcommands.join(" ")}' -- "$word") $(compgen -d -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    connect | exec | logs | restart)
      [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "$(lab ps --quiet 2>/dev/null)" -- "$word")) ;;
    completions) COMPREPLY=($(compgen -W '${SHELLS.join(" ")}' -- "$word")) ;;
    down | ps) ;;
    *) COMPREPLY=($(compgen -d -- "$word")) ;;
  esac
}
complete -o filenames -F _lab lab
`;
  return (shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit" : "") + bash;
}
