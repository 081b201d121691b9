import { inlineCode } from "../inline-code.ts";
import type { ChatCommand } from "./command.ts";

/** In characters; engines show names in lists. */
const NAME_LENGTH = 200;

export const name: ChatCommand = {
  name: "name",
  description: "name the thread you reply to",
  run: ({ args, thread, bridge }) => {
    const chosen = args.replace(/\s+/g, " ").slice(0, NAME_LENGTH);
    if (chosen === "") return "Put the name behind it, as in `/name login bug`.";
    const found = thread();
    return bridge.threads
      .rename(found, chosen)
      .then(() => ({ body: `This thread is named ${inlineCode(chosen)} now.`, runId: found.run.id }));
  },
};
