import { compactThread } from "../thread-answers.ts";
import type { ChatCommand } from "./command.ts";

export const compact: ChatCommand = {
  name: "compact",
  description: "shorten the context of the thread you reply to",
  run: ({ thread, bridge }) => compactThread(thread(), bridge.threads),
};
