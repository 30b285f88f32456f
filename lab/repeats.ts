// Shortens what a program says again and again: ten times the same line, then how often it came.

const SHOWN = 10;

export interface Shortener {
  readonly say: (line: string) => void;
  /** Says how many lines were left out, if any were. */
  readonly end: () => void;
}

/**
 * Hands lines on. Of equal lines in a row only the first ten are handed on, and then their number.
 */
export function shortenRepeats(say: (line: string) => void): Shortener {
  let last: string | undefined;
  let count = 0;
  const end = () => {
    if (count > SHOWN) say(`(the last line ${count - SHOWN} times more)`);
    count = 0;
  };
  return {
    say: (line) => {
      if (line !== last) {
        end();
        last = line;
      }
      count++;
      if (count <= SHOWN) say(line);
    },
    end,
  };
}

/** Shortens the repeats in a text of lines. */
export function shortenText(text: string): string {
  const lines: string[] = [];
  const { say, end } = shortenRepeats((line) => lines.push(line));
  text.split("\n").forEach(say);
  end();
  return lines.join("\n");
}
