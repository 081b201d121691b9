/** A pattern in which `*` matches any text. It is made once, and matches in time linear in the text. */
export class Glob {
  /** The pattern has no `*`: it names one text. */
  readonly isLiteral: boolean;
  readonly #first: string;
  readonly #middle: readonly Needle[];
  readonly #last: string;

  constructor(pattern: string) {
    const [first = "", ...rest] = pattern.split(/\*+/);
    this.isLiteral = rest.length === 0;
    this.#first = first;
    this.#last = rest.pop() ?? "";
    this.#middle = rest.map((text) => new Needle(text));
  }

  /** Takes anything with characters by index, so that a test can count how often each is read. */
  matches(text: ArrayLike<string>): boolean {
    if (this.isLiteral) return text.length === this.#first.length && holds(text, this.#first, 0);
    const end = text.length - this.#last.length;
    let at = this.#first.length;
    if (end < at || !holds(text, this.#first, 0) || !holds(text, this.#last, end)) return false;
    for (const needle of this.#middle) {
      at = needle.endIn(text, at, end);
      if (at < 0) return false;
    }
    return true;
  }
}

function holds(text: ArrayLike<string>, part: string, at: number): boolean {
  for (let index = 0; index < part.length; index++) if (text[at + index] !== part[index]) return false;
  return true;
}

/** A text to search for (Knuth, Morris, Pratt): no character of the searched text is read twice. */
class Needle {
  readonly #text: string;
  /** For each matched length: the length that still matches if the next character differs. */
  readonly #shorter: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let index = 1, length = 0; index < text.length; index++) {
      length = this.#extend(length, text[index]);
      this.#shorter.push(length);
    }
  }

  /** The index after its first occurrence between two indexes, or -1. */
  endIn(text: ArrayLike<string>, from: number, to: number): number {
    if (this.#text === "") return from;
    let length = 0;
    for (let index = from; index < to; index++) {
      length = this.#extend(length, text[index]);
      if (length === this.#text.length) return index + 1;
    }
    return -1;
  }

  #extend(length: number, sign: string | undefined): number {
    let fits = length;
    while (fits > 0 && this.#text[fits] !== sign) fits = this.#shorter[fits - 1] ?? 0;
    return this.#text[fits] === sign ? fits + 1 : 0;
  }
}
