// Reads a connection in pieces whose length is known, or up to an end that is known.

/** Nothing more comes: the other side has ended the connection. */
export class Ended extends Error {
  override readonly name = "Ended";
}

export interface Source {
  /** Bytes read, or null at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

const PART_BYTES = 16_384;
/** More memory (bytes) than this is taken only when so much has come. */
const FIRST_BYTES = 65_536;
/** Each byte is a character, so places in the text are places in the bytes. */
const LATIN_1 = new TextDecoder("latin1");

export class ByteReader {
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(private readonly source: Source) {}

  /**
   * The next bytes, exactly so many.
   * @param grow is told how much memory (bytes) they take so far, before it is taken
   * @throws {Ended} when there are not so many
   */
  async take(
    length: number,
    grow: (bytes: number) => void = () => {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const begin = this.#rest.subarray(0, length);
    const first = Math.min(length, Math.max(FIRST_BYTES, begin.length));
    grow(first);
    let taken = new Uint8Array(first);
    taken.set(begin);
    this.#rest = this.#rest.slice(begin.length);
    for (let at = begin.length; at < length;) {
      while (taken.length < length && taken.length - at < PART_BYTES) {
        const size = Math.min(length, 2 * taken.length);
        grow(size);
        const larger = new Uint8Array(size);
        larger.set(taken.subarray(0, at));
        taken = larger;
      }
      // What is missing goes where it belongs; only a short piece brings more than is wanted.
      if (length - at >= PART_BYTES) at += await this.#read(taken.subarray(at));
      else {
        const part = new Uint8Array(PART_BYTES);
        const read = part.subarray(0, await this.#read(part));
        const wanted = read.subarray(0, length - at);
        taken.set(wanted, at);
        at += wanted.length;
        this.#rest = read.slice(wanted.length);
      }
    }
    return taken;
  }

  /**
   * The text before `end`, which is taken, too; undefined where more bytes than `most` have none.
   * @throws {Ended} when the connection ends before
   */
  async takeUntil(end: string, most: number): Promise<string | undefined> {
    // All parts go into one buffer, and each is searched once: a part may be a single byte.
    const bytes = new Uint8Array(Math.max(this.#rest.length, most) + PART_BYTES);
    bytes.set(this.#rest);
    let length = this.#rest.length;
    for (let searched = 0;;) {
      const found = LATIN_1.decode(bytes.subarray(searched, length)).indexOf(end);
      const at = searched + found;
      if (found >= 0 && at <= most) {
        this.#rest = bytes.slice(at + end.length, length);
        return LATIN_1.decode(bytes.subarray(0, at));
      }
      if (length > most) return undefined;
      searched = Math.max(0, length - end.length + 1);
      length += await this.#read(bytes.subarray(length));
    }
  }

  async #read(into: Uint8Array): Promise<number> {
    const read = await this.source.read(into);
    if (read === null) throw new Ended("the connection has ended");
    return read;
  }
}
