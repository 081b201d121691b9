import { conversationKey } from "../../bridge/resolve.ts";
import type { ChatCommand } from "./command.ts";

export const startAnew: ChatCommand = {
  name: "new",
  description: "begin a new thread with the next message",
  run: ({ message, config, store }) => {
    const key = conversationKey(message, config);
    if (key === undefined)
      return "Every message begins a new thread here already; reply to an answer to go on with it.";
    return store.conversations.clear(key)
      ? "The next message begins a new thread. Older ones go on when you reply to them."
      : "There is no thread to leave: the next message begins a new one.";
  },
};
