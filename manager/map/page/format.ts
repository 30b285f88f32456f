// Figures as people read them: pure.

const UNITS = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"] as const;

/** A rate of bytes a second in bits, as networks count: "1.2 Mbit/s"; "0" where nothing flows. */
export function rate(bytesPerSecond: number): string {
  let value = bytesPerSecond * 8;
  if (value < 1) return "0";
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = value < 9.95 && unit > 0 ? value.toFixed(1) : value.toFixed(0);
  return `${digits} ${UNITS[unit]}`;
}

const STEPS = [[86_400, "d"], [3_600, "h"], [60, "min"]] as const;

/** How long ago, in the largest unit: "3 min". */
export function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  for (const [size, unit] of STEPS) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${seconds} s`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Cut in its middle: the ends of names tell more. */
export function shorten(text: string, most: number): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - end).join("")}…${letters.slice(-end).join("")}`;
}
