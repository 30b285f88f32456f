// Lists the commands that a script for bash runs, as far as its text tells without expanding it.

/** A command's words. A word that bash would expand is undefined. */
export type Words = readonly (string | undefined)[];

/** Words after which another command begins. */
const LEADS = new Set(
  "! do elif else exec if nohup setsid sudo then time until while {".split(" "),
);
/** One token: what separates commands, or what a word is made of. The order matters. */
const TOKEN = new RegExp(
  [
    String.raw`(?<blank>(?:[ \t]|\\\n)+)`,
    String.raw`(?<redirection>[0-9]*(?:&>>?|<<<|<>|>&|<&|>>|>\||<<-?|[<>]))`,
    String.raw`(?<skipped>\[\[\s[^]*?\s\]\]|\(\([^]*?\)\)|\w+=\([^)]*\))`,
    String.raw`(?<end>[;|&\n]+)`,
    String.raw`(?<parenthesis>[()])`,
    String.raw`(?<quoted>'[^']*'|"[^"$\`\\]*")`,
    String
      .raw`(?<expanded>"(?:\\[^]|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|\`[^\`]*\`|\$\{[^}]*\}|[$*?~])`,
    String.raw`(?<plain>\\[^]|[^\s;|&()<>'"$\`*?~\\]+)`,
  ].join("|"),
  "gy",
);

/** Lists the commands of a script, in the script's order. */
export function listCommands(script: string): Words[] {
  const commands: Words[] = [];
  let words: (string | undefined)[] = [];
  /** The word being read; null between words. */
  let word: string | undefined | null = null;
  let redirects = false;
  let depth = 0;
  const endWord = () => {
    if (word === null) return;
    if (redirects) redirects = false;
    else if (!(words.length === 0 && word !== undefined && isLead(word))) words.push(word);
    word = null;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
    redirects = false;
  };
  for (const { groups = {} } of readTokens(script)) {
    const { blank, redirection, skipped, end, parenthesis, quoted, expanded, plain } = groups;
    if (blank !== undefined) endWord();
    else if (redirection !== undefined) {
      endWord();
      redirects = true;
    } else if (end !== undefined) endCommand();
    else if (parenthesis !== undefined) {
      // Names of functions and patterns of a case are no commands.
      if (parenthesis === "(" || depth === 0) {
        words = [];
        word = null;
      }
      depth = Math.max(0, depth + (parenthesis === "(" ? 1 : -1));
      endCommand();
    } else if (skipped !== undefined || expanded !== undefined) word = undefined;
    else if (word !== undefined) word = (word ?? "") + (quoted?.slice(1, -1) ?? plain ?? "");
  }
  endCommand();
  return commands;
}

/** Whether another command begins after this word. `X=1` only sets a variable for that command. */
function isLead(word: string): boolean {
  return LEADS.has(word) || /^\w+\+?=/.test(word);
}

function* readTokens(script: string): Generator<RegExpExecArray> {
  const text = withoutHereDocuments(script.replaceAll("\r\n", "\n"));
  const tokens = new RegExp(TOKEN);
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex;
    if (text[at] === "#" && (at === 0 || /[\s;|&(]/.test(text[at - 1]!))) {
      const newline = text.indexOf("\n", at);
      tokens.lastIndex = newline < 0 ? text.length : newline;
      continue;
    }
    const token = tokens.exec(text);
    // Nothing closes a quote here, so nobody can tell what the rest means.
    if (token === null) return;
    yield token;
  }
}

function withoutHereDocuments(text: string): string {
  return text.replaceAll(
    /(?<!<)(<<-?[ \t]*)(["']?)(\w+)\2(?!<)([^\n]*\n)[^]*?\n[ \t]*\3[ \t]*(?=\n|$)/g,
    "$1$3$4",
  );
}
