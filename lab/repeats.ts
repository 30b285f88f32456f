// Shortens what a program says again and again: ten times the same line, then how often it came.

const SHOWN = 10;

export interface Shortener {
  readonly say: (line: string) => void;
  /** Tells what is still to be told. */
  readonly end: () => void;
}

/** Hands lines on; of equal ones in a row only the first ten, and then their number. */
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

/** The same for a text of lines. */
export function shortenText(text: string): string {
  const lines: string[] = [];
  const { say, end } = shortenRepeats((line) => lines.push(line));
  text.split("\n").forEach(say);
  end();
  return lines.join("\n");
}
