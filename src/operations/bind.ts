import { preferenceOf } from "../bridge/settings.ts";
import type { Context } from "../domain/context.ts";
import { writeContext } from "../domain/context.ts";
import { UserError } from "../errors.ts";
import type { PreferencePlace } from "../store/preferences.ts";
import type { Access } from "./operation.ts";

type BindParts = Pick<Access, "store" | "chats">;

/** The title of a topic, as it was given last. */
const TITLE = "title";

/** Telegram's limit, in characters. */
const TITLE_LENGTH = 128;

export const titleOf = (context: Context): string => writeContext(context).slice(0, TITLE_LENGTH);

/** Has a chat or topic work there from now on; undefined takes that back. */
export function bind({ chatId, topicId }: PreferencePlace, context: Context | undefined, { store }: BindParts): void {
  store.preferences.set({ chatId, topicId }, preferenceOf.context, context && writeContext(context));
}

/**
 * Gives a topic the title of what it is bound to, unless it has it. Never rejects.
 *
 * @returns why it could not.
 */
export async function entitle(place: PreferencePlace, context: Context, { store, chats }: BindParts) {
  const { chatId, topicId } = place;
  const title = titleOf(context);
  if (topicId == null || store.preferences.get(place, TITLE) === title) return undefined;
  try {
    await chats.renameTopic(chatId, topicId, title);
    store.preferences.set(place, TITLE, title);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return `Its title stays as it is: ${error.userText}`;
    return "Its title stays as it is, since Telegram did not answer.";
  }
}

/** A topic of ours has this title from its beginning. */
export const keepTitle = (place: PreferencePlace, context: Context, { store }: BindParts): void =>
  store.preferences.set(place, TITLE, titleOf(context));
