import { readGit } from "./git-line.ts";
import {
  EVALUATED,
  EVALUATORS,
  nameOf,
  REBINDERS,
  RUNNERS,
  runsCode,
  runsFiles,
  SHELLS,
  TEXTUAL,
  WRAPPERS,
} from "./programs.ts";
import { risksOf } from "./risks.ts";
import { readShellLine, type Word } from "./shell-line.ts";

export interface Reached {
  readonly words: readonly Word[];
  /** It runs if the line runs; false: it may also be no more than an argument. */
  readonly isSure: boolean;
}

/** The programs that a line runs, also through programs that run others. */
export interface Reach {
  readonly commands: readonly Reached[];
  /** False if it may run commands that were not found. */
  readonly isWhole: boolean;
}

/** Nesting such as `sh -c "sh -c …"`; deeper lines are not read. */
const MAX_DEPTH = 5;
/** How many words of a wrapper's line may be the beginning of its command. */
const MAX_STARTS = 100;

/** Reads a line, and what it has other programs run. */
export function reachOf(line: string): Reach {
  const reach = new LineReach();
  reach.line(line, true, 0);
  return reach;
}

class LineReach implements Reach {
  readonly commands: Reached[] = [];
  isWhole = true;

  line(text: string, isSure: boolean, depth: number): void {
    const line = readShellLine(text);
    // A text that may be no command line can hold anything.
    if (isSure && !line.isWhole) this.isWhole = false;
    for (const words of line.commands) this.#command(words, isSure, depth);
    if (depth < MAX_DEPTH) for (const value of line.assigned) this.line(value, false, depth + 1);
  }

  #command(words: readonly Word[], isSure: boolean, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.isWhole = false;
      return;
    }
    const first = this.#start(words, isSure, depth);
    if (first === undefined) return;
    this.#texts(words.slice(1), depth);
    let sureAt = isSure ? first : -1;
    const isRunning = isRunner(nameOf(words[0] ?? ""));
    for (let at = 1; at < Math.min(words.length, MAX_STARTS); at++) {
      const { isWhole } = this;
      const next = this.#start(words.slice(at, at + MAX_STARTS), at === sureAt, depth);
      // A word of a program that is not known is hardly a shell or an interpreter that reads its input.
      if (!isRunning) this.isWhole = isWhole;
      if (at === sureAt && next !== undefined) sureAt += next;
    }
    if (words.length > MAX_STARTS) this.isWhole = false;
  }

  /** Takes one command. Gives where the command begins that it runs in turn; 0 if that is not known. */
  #start(words: readonly Word[], isSure: boolean, depth: number): number | undefined {
    this.commands.push({ words, isSure });
    const [program, ...args] = words;
    if (program === undefined) return undefined;
    const name = nameOf(program);
    if (name === "git") this.#git(words, isSure);
    else if (name.startsWith("git-")) this.#git(["git", name.slice("git-".length), ...args], isSure);
    else if (SHELLS.has(name)) return this.#shell(name, args, isSure, depth);
    else if (name === "eval" || name === "trap") this.#evaluate(name, args, isSure, depth);
    else if (name === "find") this.#find(args, isSure, depth);
    else if (WRAPPERS.has(name)) return this.#wrapper(name, words, isSure);
    else if (RUNNERS.has(name)) return 0;
    else if (mayRunMore(name, args)) this.isWhole = false;
    else if (!isTextual(name, words)) return 0;
    return undefined;
  }

  #open(isOpen: boolean): void {
    if (isOpen) this.isWhole = false;
  }

  #git(words: readonly Word[], isSure: boolean): void {
    const git = readGit(words);
    this.commands.push({ words: git.words, isSure });
    this.#open(git.isOpen);
  }

  /** `sh -c <line>` is read; a script, stdin, any other option and another shell's language is not. */
  #shell(name: string, [option = "", text]: readonly Word[], isSure: boolean, depth: number): 0 | undefined {
    const isRead = /^(?:[adkz]|ba|mk)?sh$/.test(name) && /^-[a-z]*c[a-z]*$/.test(option) && !/^[-+]/.test(text ?? "-");
    this.#open(!isRead);
    if (!isRead) return 0;
    this.line(text ?? "", isSure, depth + 1);
    return undefined;
  }

  #evaluate(name: string, args: readonly Word[], isSure: boolean, depth: number): void {
    const words = args[0] === "--" ? args.slice(1) : args;
    const text = name === "eval" ? words : words.slice(0, 1);
    if (text.includes(undefined)) this.isWhole = false;
    this.line(text.map((word) => word ?? "").join(" "), isSure, depth + 1);
  }

  #find(args: readonly Word[], isSure: boolean, depth: number): void {
    for (const [index, word] of args.entries()) {
      if (word === undefined || !/^-(?:exec|ok)(?:dir)?$/.test(word)) continue;
      const end = args.findIndex((sign, at) => at > index && (sign === ";" || sign === "+"));
      const command = args.slice(index + 1, end < 0 ? undefined : end);
      this.#open(command[0] === undefined || command[0].includes("{}"));
      this.#command(command, isSure, depth + 1);
    }
  }

  #wrapper(name: string, words: readonly Word[], isSure: boolean): number | undefined {
    const args = words.slice(1);
    if (name === "command" && /^-[vV]/.test(args[0] ?? "")) return undefined;
    const at = words.findIndex((word, index) => index > 0 && (word === undefined || !IS_OPTION.test(word)));
    const inner = at < 0 ? undefined : words[at];
    const isPrinting = isSure && words.length === 1 && (name === "env" || name === "exec" || name === "nice");
    if (at < 0) this.#open(!isPrinting);
    if (name === "env") this.#open(args.some((word) => /^-\w*S|^--s/.test(word ?? "")));
    if (name === "xargs" || name === "parallel") this.#open(inner === undefined || takesMore(nameOf(inner), args));
    return Math.max(at, 0);
  }

  /** Words that may themselves be lines, or code in which lines are quoted. */
  #texts(args: readonly Word[], depth: number): void {
    if (depth >= MAX_DEPTH) return;
    for (const word of args) {
      if (word === undefined) continue;
      const text = word.replace(NO_COMMAND, "");
      if (text !== word || /[\s;|&$`(]/.test(word)) this.line(text, false, depth + 1);
      const pieces = text.split(/["'`(){}[\]]/);
      if (pieces.length > 1) for (const piece of pieces) this.line(piece, false, MAX_DEPTH);
    }
  }
}

/** The words between a wrapper and its command: options, variables, and numbers as in `timeout 5`. */
const IS_OPTION = /^(?:[-+].*|[A-Za-z_]\w*\+?=.*|\d[\d.]*[smhd]?)$/s;

/** The part of an argument before the command in it, as in `--exec=rm x` and `!rm x`. */
const NO_COMMAND = /^(?:[^\s=]*=)*(?:\w+:)?[!+:\\]*/;

const isTextual = (name: string, words: readonly Word[]): boolean =>
  EVALUATORS.has(name) || runsFiles(name) || (TEXTUAL.has(name) && risksOf(words).size === 0);

/** Whether input could make `xargs` run another command than its line names. */
const takesMore = (name: string, args: readonly Word[]): boolean =>
  name === "find" || isRunner(name) || args.some((word) => /^-[\w]*[IiJ]|^--(?:rep|arg)/.test(word ?? ""));

const isRunner = (name: string): boolean =>
  [WRAPPERS, RUNNERS, SHELLS, REBINDERS].some((known) => known.has(name)) || name === "eval" || runsCode(name, []);

function mayRunMore(name: string, args: readonly Word[]): boolean {
  if (REBINDERS.has(name) || runsCode(name, args)) return true;
  // Each command is shown, with a prompt that may hold substitutions.
  if (name === "set" && args.some((word) => /^-\w*x|^xtrace$/.test(word ?? ""))) return true;
  return EVALUATORS.has(name) && args.some((word) => word === undefined || EVALUATED.test(word));
}
