import type { Operation } from "../operation.ts";
import { askPerson } from "./ask-person.ts";
import { awaitAnswer } from "./await-answer.ts";
import { scheduleTask } from "./schedule.ts";
import { sendFile } from "./send-file.ts";
import { sendMessage } from "./send-message.ts";
import { sleep } from "./sleep.ts";

/**
 * Operations for the engine of a run, bound to the run's conversation: none of them names a chat, and none approves
 * anything.
 */
export const insideOperations: readonly Operation[] = [
  sendMessage,
  sendFile,
  askPerson,
  awaitAnswer,
  scheduleTask,
  sleep,
];
