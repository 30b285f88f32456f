// The texts that make a shell ask `PROGRAM complete` what a word may become.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Renders the text for `source <(PROGRAM completions bash)` and its like. `self` is the command
 * line that starts the program where the PATH does not lead to it.
 */
export function renderCompletions(shell: Shell, program: string, self: string = program): string {
  return RENDER[shell](program, self);
}

const RENDER: Readonly<Record<Shell, (program: string, self: string) => string>> = {
  bash: (program, self) =>
    `${renderFunction(program, self)}
_${program}() {
  local word=\${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :dirs) compopt -o filenames 2>/dev/null; mapfile -tO \${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$word") ;;
      :files) compopt -o filenames 2>/dev/null; mapfile -tO \${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word") ;;
      *=) compopt -o nospace 2>/dev/null; COMPREPLY+=("$line") ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(${program} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _${program} ${program}`,
  zsh: (program, self) =>
    `#compdef ${program}
${renderFunction(program, self)}
_${program}() {
  local line
  local -a described
  for line in "\${(@f)$(${program} complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :dirs) _files -/ ;;
      :files) _files ;;
      *$'\\t'*) described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) described+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( $#described )) && _describe ${program} described
}
compdef _${program} ${program}`,
  fish: (program, self) =>
    `${self === program ? "" : `function ${program}; ${self} $argv; end`}
function __${program}_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (${program} complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':dirs'
        __fish_complete_directories (commandline -ct)
      case ':files'
        __fish_complete_path (commandline -ct)
      case '*'
        printf '%s\\n' $line
    end
  end
end
complete -c ${program} -f -a '(__${program}_complete)'`,
};

/** Defines the program as a function in bash and zsh, where the PATH does not lead to it. */
function renderFunction(program: string, self: string): string {
  return self === program ? "" : `${program}() { ${self} "$@"; }`;
}
