import type { OperationButton, Told } from "../operations/operation.ts";
import type { Store } from "../store/store.ts";
import type { Answer } from "./answers.ts";
import type { Button } from "./document.ts";

/** How the data of an operation's button begins. */
export const PRESS = "do:";

/** The message that shows an output. Its buttons are stored, and work in this chat alone. */
export function toAnswer(
  { buttons, isSeen: _, ...told }: Told,
  chatId: string,
  { store }: { readonly store: Pick<Store, "buttons"> },
): Answer {
  return {
    ...told,
    ...(buttons && { buttons: buttons.map((row) => row.map((button) => toButton(button, chatId, store))) }),
  };
}

/** An operation as a button, which is kept. */
export const toButton = (
  { label, operation, input, style }: OperationButton,
  chatId: string,
  { buttons }: Pick<Store, "buttons">,
): Button => ({
  label,
  press: `${PRESS}${buttons.keep({ chatId, operation, input: JSON.stringify(input) })}`,
  ...(style && { style }),
});
