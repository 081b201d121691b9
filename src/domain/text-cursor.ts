/** A place in a text that is read from its start to its end. */
export class TextCursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The character here; empty at the end. */
  sign(): string {
    return this.text[this.at] ?? "";
  }

  /** Where a character comes next; the end if it does not. */
  indexOf(sign: string): number {
    const index = this.text.indexOf(sign, this.at);
    return index < 0 ? this.text.length : index;
  }

  /** Whether a pattern, which has to be sticky, fits here. */
  peek(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** The same, and goes past what it fits. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at += found[0].length;
    return found;
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Goes past a character if it comes next. */
  take(sign: string | undefined): boolean {
    const isHere = sign !== undefined && this.sign() === sign;
    if (isHere) this.at++;
    return isHere;
  }

  /** Goes past a pattern if it fits here. False at the end of the text. */
  skip(pattern: RegExp): boolean {
    this.match(pattern);
    return this.at < this.text.length;
  }
}
