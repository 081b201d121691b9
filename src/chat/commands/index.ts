import { cancel } from "./cancel.ts";
import type { ChatCommand } from "./command.ts";
import { compact } from "./compact.ts";
import { fork } from "./fork.ts";
import { help, start } from "./help.ts";
import { interrupt } from "./interrupt.ts";
import { model } from "./model.ts";
import { name } from "./name.ts";
import { startAnew } from "./new.ts";
import { queue } from "./queue.ts";
import { sessions } from "./sessions.ts";
import { undo } from "./undo.ts";
import { usage } from "./usage.ts";

/** Every chat command; routing, /help and the menu follow from this list. */
export const commands: readonly ChatCommand[] = [
  cancel,
  interrupt,
  queue,
  startAnew,
  sessions,
  compact,
  fork,
  undo,
  name,
  model,
  usage,
  help,
  start,
];
