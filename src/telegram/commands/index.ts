import { cancel } from "./cancel.ts";
import type { ChatCommand } from "./command.ts";
import { help, start } from "./help.ts";
import { interrupt } from "./interrupt.ts";
import { startAnew } from "./new.ts";
import { queue } from "./queue.ts";
import { usage } from "./usage.ts";

/** Every chat command; routing, /help and the menu follow from this list. */
export const commands: readonly ChatCommand[] = [cancel, interrupt, queue, startAnew, usage, help, start];
