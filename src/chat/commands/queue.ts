import type { ChatCommand } from "./command.ts";

/** With a task behind it, it is that task: see `submit.ts`. */
export const queue: ChatCommand = {
  name: "queue",
  description: "run a task after the one that runs, not in it",
  run: () => "Put the task behind it, as in `/queue run the tests`.",
};
