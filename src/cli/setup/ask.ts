import { ConfigError } from "../../errors.ts";
import type { Context } from "../command.ts";

/** One answer of several. */
export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** How the wizard talks to a person. Every question throws `Cancelled` at Ctrl-C. */
export interface Ask {
  say(text: string): void;
  /** The answer is not shown. `check` says what is wrong with it. */
  secret(message: string, check: (answer: string) => string | undefined): Promise<string>;
  text(message: string, initial: string, check: (answer: string) => string | undefined): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  choose<T extends string>(message: string, options: readonly Option<T>[], initial: T): Promise<T>;
}

/** The person left. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Questions at the terminal. */
export async function askAtTerminal({ stdin: input, stdout: output }: Context): Promise<Ask> {
  const clack = await import("@clack/prompts");
  const streams = { input, output };
  const answer = async <T>(question: Promise<T | typeof clack.CANCEL_SYMBOL>): Promise<T> => {
    const given = await question;
    if (clack.isCancel(given)) throw new Cancelled("The person left.");
    return given as T;
  };
  const checked = (check: (answer: string) => string | undefined) => ({
    validate: (given: string | undefined) => check((given ?? "").trim()),
  });
  return {
    say: (text) => clack.log.message(text, { output }),
    secret: async (message, check) =>
      (await answer(clack.password({ message, clearOnError: true, ...checked(check), ...streams }))).trim(),
    text: async (message, initialValue, check) =>
      (await answer(clack.text({ message, initialValue, ...checked(check), ...streams }))).trim(),
    confirm: (message, initialValue) => answer(clack.confirm({ message, initialValue, ...streams })),
    choose: <T extends string>(message: string, options: readonly Option<T>[], initialValue: T) =>
      answer<T>(
        clack.select({ message, options: [...options] as never, initialValue, ...streams }) as Promise<
          T | typeof clack.CANCEL_SYMBOL
        >,
      ),
  };
}

/** `--yes`: every question is answered with what it proposes. */
export function askNobody({ stdout }: Pick<Context, "stdout">): Ask {
  const refuse = (what: string) => new ConfigError(`${what} cannot be asked for with --yes, or without a terminal.`);
  return {
    say: (text) => void stdout.write(`${text}\n`),
    secret: async () => {
      throw refuse("The token (give it with --token, or in TAKOPI__TRANSPORTS__TELEGRAM__BOT_TOKEN)");
    },
    text: async (message, initial, check) => {
      if (check(initial) !== undefined) throw refuse(message);
      return initial;
    },
    confirm: async (_message, initial) => initial,
    choose: async (_message, _options, initial) => initial,
  };
}
