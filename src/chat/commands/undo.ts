import { undoTurn } from "../thread-answers.ts";
import type { ChatCommand } from "./command.ts";

export const undo: ChatCommand = {
  name: "undo",
  description: "take back the last turn of the thread you reply to",
  run: ({ thread, bridge, asked }) => undoTurn(thread(), bridge.threads, asked),
};
