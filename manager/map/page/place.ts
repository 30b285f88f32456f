// Finds a free place for what is new in the picture, so that all else can stay: pure.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Turns by the golden angle, so that places on a spiral are evenly far from each other. */
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const MOST_TRIED = 2_000;

/**
 * Places that are taken. They are found by where they are, and a search goes on where the last one
 * around the same point has ended: thousands of LANs may be on one device.
 */
export class Places {
  readonly #cells = new Map<number, Point[]>();
  readonly #tried = new Map<string, number>();

  /** @param distance between any two places */
  constructor(private readonly distance: number, taken: Iterable<Point> = []) {
    for (const one of taken) this.take(one);
  }

  take(place: Point): void {
    const key = this.#keyOf(place, 0, 0);
    const cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, [place]);
    else cell.push(place);
  }

  /**
   * The first place on a spiral around `near` that is far enough from all that are taken, or `near`
   * where there is none. The same input has the same answer.
   */
  find(near: Point): Point {
    const around = `${near.x} ${near.y}`;
    for (let tried = this.#tried.get(around) ?? 1; tried < MOST_TRIED; tried++) {
      const radius = this.distance * 0.6 * Math.sqrt(tried);
      const place = {
        x: near.x + radius * Math.cos(tried * GOLDEN),
        y: near.y + radius * Math.sin(tried * GOLDEN),
      };
      this.#tried.set(around, tried);
      if (this.#isFree(place)) return place;
    }
    return near;
  }

  /** Cells are as large as the distance, so whatever is too near is in one of nine. */
  #isFree(place: Point): boolean {
    return SIDES.every((across) =>
      SIDES.every((down) =>
        (this.#cells.get(this.#keyOf(place, across, down)) ?? []).every(({ x, y }) =>
          Math.hypot(x - place.x, y - place.y) >= this.distance
        )
      )
    );
  }

  #keyOf({ x, y }: Point, across: number, down: number): number {
    const [column, row] = [x, y].map((one) => Math.floor(one / this.distance)) as [number, number];
    return (column + across) * MOST_CELLS + row + down;
  }
}

/** Its own cell first: that is where a place is most often taken. */
const SIDES = [0, -1, 1] as const;
/** Rows of cells, of which no picture has as many. */
const MOST_CELLS = 2 ** 26;

/** The middle of some points; the origin where there are none. */
export function middle(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  const many = Math.max(points.length, 1);
  return { x: sum.x / many, y: sum.y / many };
}
