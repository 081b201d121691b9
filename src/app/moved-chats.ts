import type { Config } from "../config/config.ts";
import { keysOfChat, withMovedChats } from "../config/moved-chats.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";

interface Parts {
  /** As its file has it. */
  readonly config: () => Config;
  readonly store: Pick<Store, "moves">;
  readonly log: Logger;
  /** A chat has this id now: what to tell the main chat. */
  readonly onMoved: (chatId: string, text: string) => void;
}

/** The config with the ids that chats have now, and what to call if Telegram says that a chat has moved. */
export function movedChats({ config, store: { moves }, log, onMoved }: Parts) {
  let seen: Config | undefined;
  let made: Config | undefined;
  const current = (): Config => {
    const now = config();
    if (made === undefined || seen !== now) made = withMovedChats(now, (chatId) => moves.current(chatId));
    seen = now;
    return made;
  };
  /** Strangers' groups are none of ours. */
  const learn = (from: string, to: string): void => {
    if (keysOfChat(current(), from).length === 0) return;
    const keys = keysOfChat(config(), from);
    if (!moves.add(from, to)) return;
    made = undefined;
    log.warn({ from, to, keys }, "chat.moved");
    onMoved(to, textOf(from, to, keys));
  };
  return { config: current, learn };
}

function textOf(from: string, to: string, keys: readonly string[]): string {
  const places = keys.map((key) => `\`${key}\``).join(", ");
  return `The group ${from} has become a supergroup: its id is \`${to}\` now. It is served as before; put the new id in the place of the old one in the config (${places}).`;
}
