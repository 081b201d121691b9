import {
  ANSI_QUOTED,
  ASSIGNMENT,
  BLANK,
  BOTH_OUTPUTS,
  CONTROL,
  DISOWNED,
  DOUBLE_OR_ATTACHED,
  DUPLICATE,
  FORCED,
  HERE_DOCUMENT,
  OBSCURE,
  PARAMETER,
  PROCESS_SUBSTITUTION,
  REDIRECTION,
  RESERVED,
  SEPARATOR,
  SINGLE_QUOTED,
  TURNS,
} from "./shell-signs.ts";
import { TextCursor } from "./text-cursor.ts";

/** A word with its quotes off; undefined if only the shell knows it, as of `$x`, `*.ts`, `~/x` or `{a,b}`. */
export type Word = string | undefined;

/** The effect of a line in a shell, if the line alone tells. */
export interface ShellLine {
  /**
   * The simple commands in it, in their order, those in subshells and substitutions included. Without assignments,
   * redirections and reserved words such as `then`.
   */
  readonly commands: readonly (readonly Word[])[];
  /** Values assigned to variables: some, such as that of `GIT_PAGER`, are a command that another program runs. */
  readonly assigned: readonly string[];
  /**
   * It does nothing but run these commands in the foreground: no substitution, no redirection but to `/dev/null` or
   * another descriptor, no subshell, assignment, reserved word or comment, and every program's name is known.
   */
  readonly isPlain: boolean;
  /**
   * False if it may hold commands that were not found: it is broken, has a here-document, arithmetic or a function,
   * or shells differ about it.
   */
  readonly isWhole: boolean;
}

/** Reads a line, or several, by the grammar of POSIX shells and bash. What it does not understand is not plain. */
export function readShellLine(text: string): ShellLine {
  const reader = new Reader(text);
  reader.list(undefined);
  return reader;
}

/** Deeper nesting, or a longer line, in characters, is nothing that anybody reads before agreeing to it. */
const MAX_DEPTH = 30;
const MAX_LENGTH = 20_000;

type End = ")" | "`" | undefined;

class Reader implements ShellLine {
  readonly commands: Word[][] = [];
  readonly assigned: string[] = [];
  isPlain: boolean;
  isWhole = true;
  readonly #cursor: TextCursor;
  readonly #ends: End[] = [];

  constructor(text: string) {
    this.#cursor = new TextCursor(text);
    this.isPlain = !CONTROL.test(text);
    if (text.length > MAX_LENGTH) this.#giveUp();
  }

  /** Reads commands up to `end`, which is taken too. */
  list(end: End): void {
    if (this.#ends.length > MAX_DEPTH) {
      this.#giveUp();
      return;
    }
    this.#ends.push(end);
    let words: Word[] = [];
    const close = () => {
      this.#keep(words);
      words = [];
    };
    while (this.#cursor.skip(BLANK) && !this.#cursor.take(end)) {
      if (this.#cursor.match(SEPARATOR)) close();
      else if (!this.#special(close)) this.#addWord(words);
    }
    close();
    if (end !== undefined && this.#cursor.text[this.#cursor.at - 1] !== end) this.#giveUp();
    this.#ends.pop();
  }

  #keep(words: Word[]): void {
    if (words.length === 0) return;
    this.commands.push(words);
    if (words[0] === undefined) this.isPlain = false;
  }

  /** Takes a sign that is no word and makes the line more than plain commands; false if there is none here. */
  #special(close: () => void): boolean {
    if (this.#cursor.match(DUPLICATE)) return true;
    if (this.#cursor.match(HERE_DOCUMENT)) {
      this.#giveUp();
      return true;
    }
    if (this.#cursor.peek(PROCESS_SUBSTITUTION)) return false;
    return this.#redirection() || this.#grouping(close);
  }

  #redirection(): boolean {
    if (this.#cursor.match(BOTH_OUTPUTS)) this.#doubt();
    else if (!this.#cursor.match(REDIRECTION)) return false;
    if (this.#cursor.match(FORCED)) this.#doubt();
    this.#cursor.skip(BLANK);
    const start = this.#cursor.at;
    if (this.#word() !== "/dev/null") this.isPlain = false;
    if (this.#cursor.at === start) this.#doubt();
    return true;
  }

  /** A parenthesis, a job's end or a comment. */
  #grouping(close: () => void): boolean {
    const sign = this.#cursor.sign();
    if (!"()&#".includes(sign)) return false;
    this.isPlain = false;
    if (this.#cursor.match(DISOWNED)) {
      this.#doubt();
      close();
    } else if (sign === "#") this.#cursor.at = this.#cursor.indexOf("\n");
    else {
      // Arithmetic, where # begins no comment; a function, an array, or what zsh runs for the names it finds.
      if (this.#cursor.peek(DOUBLE_OR_ATTACHED)) this.#doubt();
      this.#cursor.at++;
      close();
      if (sign === "(") this.list(")");
      if (sign === ")") this.#doubt();
    }
    return true;
  }

  #addWord(words: Word[]): void {
    const start = this.#cursor.at;
    const isAssignment = words.length === 0 && this.#cursor.peek(ASSIGNMENT);
    const word = this.#word();
    const text = this.#cursor.text.slice(start, this.#cursor.at);
    const isReserved = words.length === 0 && RESERVED.has(text);
    if (isReserved ? OBSCURE.has(text) : TURNS.has(text)) this.#doubt();
    if (isAssignment) this.#assign(word);
    if (isAssignment || isReserved) this.isPlain = false;
    else words.push(text === "[" ? text : word);
    // A sign that begins nothing known.
    if (this.#cursor.at === start) this.#giveUp();
  }

  #assign(word: Word): void {
    if (word !== undefined) this.assigned.push(word.slice(word.indexOf("=") + 1));
    // Some variables, such as PS4, are evaluated when they are used.
    if (/\$[({]|`/.test(word ?? "")) this.#doubt();
  }

  #word(): Word {
    const start = this.#cursor.at;
    const pieces: Word[] = [];
    for (let piece = this.#piece(start); piece !== null; piece = this.#piece(start)) pieces.push(piece);
    return pieces.includes(undefined) ? undefined : pieces.join("");
  }

  /** A part of the word that began at `start`, or null if the word is over. */
  #piece(start: number): Word | null {
    if (this.#cursor.peek(PROCESS_SUBSTITUTION)) {
      this.#substitute(")", 2);
      return undefined;
    }
    const sign = this.#cursor.sign();
    if (sign === "" || /[\s;|&()<>]/.test(sign) || (sign === "`" && this.#ends.at(-1) === "`")) return null;
    if (sign === "'") return this.#cursor.match(SINGLE_QUOTED)?.[1] ?? this.#giveUp();
    if (sign === '"') return this.#doubleQuoted();
    if (this.#expand(false)) return undefined;
    const isPattern = "*?[{".includes(sign) || ("~=".includes(sign) && this.#cursor.at === start);
    const character = this.#character();
    return isPattern ? undefined : character;
  }

  #doubleQuoted(): Word {
    this.#cursor.at++;
    let word = "";
    let isKnown = true;
    for (let sign = this.#cursor.sign(); sign !== '"'; sign = this.#cursor.sign()) {
      if (sign === "") {
        this.#giveUp();
        return undefined;
      }
      if (this.#expand(true)) isKnown = false;
      else if (sign === "\\" && !/[$`"\\\n]/.test(this.#cursor.text[this.#cursor.at + 1] ?? "")) {
        word += sign;
        this.#cursor.at++;
      } else word += this.#character();
    }
    this.#cursor.at++;
    return isKnown ? word : undefined;
  }

  /** One character, escaped or not; nothing for an escaped line end, which joins signs that stand apart here. */
  #character(): string {
    const sign = this.#cursor.text[this.#cursor.at++] ?? "";
    if (sign !== "\\") return sign;
    const escaped = this.#cursor.text[this.#cursor.at++];
    if (escaped === undefined) this.#giveUp();
    if (escaped !== "\n") return escaped ?? "";
    this.#doubt();
    return "";
  }

  /** Takes what the shell would replace; false if nothing of it is here. */
  #expand(isQuoted: boolean): boolean {
    if (this.#cursor.match(PARAMETER)) return true;
    if (this.#cursor.startsWith("$((")) this.#doubt();
    if (this.#cursor.startsWith("$(")) this.#substitute(")", 2);
    else if (this.#cursor.sign() === "`") {
      this.#substitute("`", 1);
      // The shell reads escaped characters in it a second time.
      this.isWhole = false;
    } else if (!isQuoted && this.#cursor.match(ANSI_QUOTED)) this.#doubt();
    else if (this.#cursor.peek(isQuoted ? /\$[{[]/y : /\$[{["']/y)) {
      this.#cursor.at++;
      this.#doubt();
    } else return false;
    return true;
  }

  #substitute(end: ")" | "`", openingLength: number): void {
    this.isPlain = false;
    this.#cursor.at += openingLength;
    this.list(end);
  }

  #doubt(): void {
    this.isPlain = false;
    this.isWhole = false;
  }

  /** The rest cannot be read. */
  #giveUp(): undefined {
    this.#doubt();
    this.#cursor.at = this.#cursor.text.length;
  }
}
