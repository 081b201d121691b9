import { Glob } from "./glob.ts";
import { nameOf } from "./programs.ts";
import { risksOf } from "./risks.ts";
import type { Word } from "./shell-line.ts";

/** `maybe`: that depends on words that only the shell knows; one such word may also become several words, or none. */
export type Fit = "yes" | "maybe" | "no";

/** One entry of `allow` or `deny`. */
export class CommandPattern {
  readonly text: string;
  readonly #words: readonly Glob[];
  readonly #takesMore: boolean;

  constructor(text: string) {
    this.text = text;
    const words = text.trim().split(/\s+/);
    const last = words.at(-1) ?? "";
    const isBare = last === "*" || /[\p{L}\p{N}]\*$/u.test(last);
    const shortened = isBare ? [...words.slice(0, -1), last.slice(0, -1)].filter((word) => word !== "") : words;
    this.#words = shortened.map((word) => new Glob(word));
    this.#takesMore = last.endsWith("*");
  }

  /** It names one program. */
  get namesProgram(): boolean {
    return this.#words[0]?.isLiteral === true;
  }

  /** Whether this is a whole command. A pattern has to spell out an argument that makes a program run another. */
  allows(command: readonly Word[]): boolean {
    const isSpelled = (index: number) => this.#words[index]?.isLiteral === true;
    return this.#match(command) === "yes" && [...risksOf(command)].every(isSpelled);
  }

  /** Matches the program by its path and in capitals too: some disks ignore case. */
  fits(command: readonly Word[]): Fit {
    const [program, ...args] = command;
    const fit = this.#match(command);
    return fit === "no" && program !== undefined ? this.#match([nameOf(program), ...args]) : fit;
  }

  #match(command: readonly Word[]): Fit {
    for (const [index, wanted] of this.#words.entries()) {
      if (index >= command.length) return "no";
      const word = command[index];
      if (word === undefined) return "maybe";
      if (!wanted.matches(word)) return "no";
    }
    const more = command.slice(this.#words.length);
    if (this.#takesMore || more.length === 0) return "yes";
    return more.every((word) => word === undefined) ? "maybe" : "no";
  }
}
