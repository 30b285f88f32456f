// Lists the commands that a script for bash runs, as far as its text tells without expanding it.

/** A command's words. A word that bash would expand is undefined. */
export type Words = readonly (string | undefined)[];

/** Words after which another command begins. */
const LEADS = new Set(
  "! do elif else exec if nohup setsid sudo then time until while {".split(" "),
);

/** A token that goes on until a certain end, whatever is in between. */
interface Construct {
  readonly kind: "skipped" | "expanded";
  readonly pattern: string;
  readonly end: RegExp;
}
const CONSTRUCTS: readonly Construct[] = [
  { kind: "skipped", pattern: String.raw`\[\[\s[^]*?\s\]\]`, end: /\s\]\]/g },
  { kind: "skipped", pattern: String.raw`\(\([^]*?\)\)`, end: /\)\)/g },
  { kind: "skipped", pattern: String.raw`\w+=\([^)]*\)`, end: /\)/g },
  { kind: "expanded", pattern: String.raw`\$\{[^}]*\}`, end: /\}/g },
];
/** A pattern that matches nothing. */
const NOTHING = "(?!)";

/** One token: what separates commands, or what a word is made of. The order matters. */
function tokenOf(constructs: readonly Construct[]): RegExp {
  const of = (kind: Construct["kind"]) =>
    [...constructs.filter((one) => one.kind === kind).map(({ pattern }) => pattern), NOTHING]
      .join("|");
  return new RegExp(
    [
      String.raw`(?<blank>(?:[ \t]|\\\n)+)`,
      String.raw`(?<redirection>[0-9]*(?:&>>?|<<<|<>|>&|<&|>>|>\||<<-?|[<>]))`,
      `(?<skipped>${of("skipped")})`,
      String.raw`(?<end>[;|&\n]+)`,
      String.raw`(?<parenthesis>[()])`,
      String.raw`(?<quoted>'[^']*'|"[^"$\`\\]*")`,
      String.raw`(?<expanded>"(?:\\[^]|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|\`[^\`]*\`|${
        of("expanded")
      }|[$*?~])`,
      String.raw`(?<plain>\\[^]|[^\s;|&()<>'"$\`*?~\\]+)`,
    ].join("|"),
    "gy",
  );
}

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
  // What ends nowhere behind a place does not begin there: else each beginning is read to the end.
  let possible = CONSTRUCTS.map((construct) => ({
    ...construct,
    last: [...text.matchAll(construct.end)].at(-1)?.index ?? -1,
  }));
  let tokens = tokenOf(possible);
  for (let at = 0; at < text.length;) {
    if (text[at] === "#" && (at === 0 || /[\s;|&(]/.test(text[at - 1]!))) {
      const newline = text.indexOf("\n", at);
      at = newline < 0 ? text.length : newline;
      continue;
    }
    if (possible.some(({ last }) => last < at)) {
      possible = possible.filter(({ last }) => last >= at);
      tokens = tokenOf(possible);
    }
    tokens.lastIndex = at;
    const token = tokens.exec(text);
    // Nothing closes a quote here, so nobody can tell what the rest means.
    if (token === null) return;
    at = tokens.lastIndex;
    yield token;
  }
}

const HERE_DOCUMENT = /(?<!<)<<-?[ \t]*(["']?)(\w+)\1(?!<)/g;

/** Leaves out lines up to the one that ends a document; one that ends nowhere is none. */
function withoutHereDocuments(text: string): string {
  const lines = text.split("\n");
  const last = new Map(lines.map((line, at) => [line.trim(), at]));
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    kept.push(lines[at]!);
    for (const [, , end = ""] of lines[at]!.matchAll(HERE_DOCUMENT)) {
      if ((last.get(end) ?? 0) <= at) continue;
      do at++; while (lines[at]!.trim() !== end);
    }
  }
  return kept.join("\n");
}
