// The texts that make a shell ask `lab complete` what a word may become.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Renders the text for `source <(lab completions bash)` and its like. `self` is the command line
 * that starts the lab where the PATH does not lead to it.
 */
export function renderCompletions(shell: Shell, self: string): string {
  return RENDER[shell](self);
}

const RENDER: Readonly<Record<Shell, (self: string) => string>> = {
  bash: (self) =>
    `${renderFunction(self)}
_lab() {
  local IFS=$'\\n' word=\${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  for line in $(lab complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    case $line in
      :dirs) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$word")) ;;
      :files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$word")) ;;
      *=) compopt -o nospace 2>/dev/null; COMPREPLY+=("$line") ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done
}
complete -F _lab lab`,
  zsh: (self) =>
    `#compdef lab
${renderFunction(self)}
_lab() {
  local line
  local -a described
  for line in "\${(@f)$(lab complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :dirs) _files -/ ;;
      :files) _files ;;
      *$'\\t'*) described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) described+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( $#described )) && _describe lab described
}
compdef _lab lab`,
  fish: (self) =>
    `${self === "lab" ? "" : `function lab; ${self} $argv; end`}
function __lab_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (lab complete -- $words[2..-1] 2>/dev/null)
    switch $line
      case ':dirs'
        __fish_complete_directories (commandline -ct)
      case ':files'
        __fish_complete_path (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c lab -f -a '(__lab_complete)'`,
};

/** Defines `lab` as a function in bash and zsh, where the PATH does not lead to the lab. */
function renderFunction(self: string): string {
  return self === "lab" ? "" : `lab() { ${self} "$@"; }`;
}
