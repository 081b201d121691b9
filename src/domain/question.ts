/** The part that all questions share. */
interface Asked {
  /** Unique within its run, and the engine's own: opaque above `runners/`. */
  readonly id: string;
  /** One plain line that says what is asked, and where. */
  readonly title: string;
}

/** Where an approval would take effect: found by the machine that runs the engine, with links resolved. */
export interface Place {
  /** It runs in the run's own directory or below, and not in another repository. */
  readonly isOwn: boolean;
  /** A repository within the run's own whose settings git would obey; then `isOwn` is false. */
  readonly nested?: string;
  /** The run's directory. */
  readonly directory: string;
  /** `file_change`: the files, absolute; absent if the engine does not name them so. */
  readonly paths?: readonly string[];
}

/** May the engine do this? Answered with `allow` or `deny`. */
export interface Approval extends Asked {
  readonly kind: "command" | "file_change" | "permission";
  /** `command`: the whole command line, as a shell would be given it. */
  readonly command?: string;
  /** The directory of the command, absolute. */
  readonly cwd?: string;
  readonly place?: Place;
  /** `file_change`: the files, as the engine names them, but absolute if it is known where they are. */
  readonly paths?: readonly string[];
  /** The engine's name for the tool. */
  readonly tool?: string;
  /** Everything to read before agreeing: the command, the diff, the request. Plain text. */
  readonly body?: string;
  /** The engine's reason, in its words. */
  readonly reason?: string;
  /** Whether the engine can take "allow" for the rest of its session. */
  readonly canAllowSession: boolean;
}

export interface Option {
  /** The engine gets this back. */
  readonly value: string;
  readonly label: string;
  readonly description?: string;
}

/** Answered with `choose`: one option, or with `isMultiple` several; `isOpen` takes `text` as well. */
export interface Choice extends Asked {
  readonly kind: "choice";
  readonly body?: string;
  readonly options: readonly Option[];
  readonly isMultiple: boolean;
  readonly isOpen: boolean;
}

/** Answered with `text`. */
export interface FreeText extends Asked {
  readonly kind: "text";
  readonly body?: string;
  /** The text that the person edits. */
  readonly draft?: string;
  /** The answer must not be shown or kept. */
  readonly isSecret: boolean;
}

export type Question = Approval | Choice | FreeText;

export type Reply =
  | { readonly type: "allow"; readonly scope: "once" | "session" }
  /** The turn continues; the engine gets the reason if it can take one. */
  | { readonly type: "deny"; readonly reason?: string }
  | { readonly type: "choose"; readonly values: readonly string[] }
  | { readonly type: "text"; readonly text: string }
  /** Nobody answers: what the engine takes for "no". */
  | { readonly type: "dismiss" };

/** The reply that a text means; undefined if it is none. The name of an option chooses it, and so does its number. */
export function readText(question: Choice | FreeText, text: string): Reply | undefined {
  if (question.kind === "text") return { type: "text", text };
  // A spoken answer ends with a full stop.
  const named = optionOf(question, text) ?? optionOf(question, text.replace(/[.!?]+$/, ""));
  if (named) return { type: "choose", values: [named.value] };
  const numbers = numbersIn(question, text);
  const chosen = question.options.filter((_, index) => numbers?.includes(index + 1));
  if (numbers) return { type: "choose", values: chosen.map(({ value }) => value) };
  return question.isOpen ? { type: "text", text } : undefined;
}

const optionOf = ({ options }: Choice, name: string) =>
  options.find(({ label }) => label.trim().toLowerCase() === name.toLowerCase());

/** `2`, or `1, 3` if several may be chosen; undefined for all else. Options that are numbers go by their names alone. */
function numbersIn({ options, isMultiple, isOpen }: Choice, text: string): readonly number[] | undefined {
  const isNumeric = isOpen && options.some(({ label }) => /^\s*\d/.test(label));
  if (isNumeric || !/^\d{1,3}(?:[\s,]+\d{1,3})*\.?$/.test(text)) return undefined;
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  const fits = numbers.every((number) => number >= 1 && number <= options.length);
  return fits && (isMultiple || numbers.length === 1) ? numbers : undefined;
}
