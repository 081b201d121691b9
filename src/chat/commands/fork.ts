import { forkThread } from "../thread-answers.ts";
import type { ChatCommand } from "./command.ts";

export const fork: ChatCommand = {
  name: "fork",
  description: "copy the thread you reply to, to go on in two ways",
  run: ({ thread, bridge, asked }) => forkThread(thread(), bridge.threads, asked),
};
