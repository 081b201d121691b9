import { agent } from "./agent.ts";
import { archive } from "./archive.ts";
import { cancel } from "./cancel.ts";
import { compact } from "./compact.ts";
import { ctx } from "./ctx.ts";
import { file } from "./file.ts";
import { fork } from "./fork.ts";
import { help } from "./help.ts";
import { interrupt } from "./interrupt.ts";
import { model } from "./model.ts";
import { models } from "./models.ts";
import { name } from "./name.ts";
import { startAnew } from "./new.ts";
import type { Operation } from "./operation.ts";
import { queue } from "./queue.ts";
import { reasoning } from "./reasoning.ts";
import { remind } from "./remind.ts";
import { runs } from "./runs.ts";
import { schedule } from "./schedule.ts";
import { send } from "./send.ts";
import { sessions } from "./sessions.ts";
import { settings } from "./settings.ts";
import { topic } from "./topic.ts";
import { trigger } from "./trigger.ts";
import { undo } from "./undo.ts";
import { usage } from "./usage.ts";

/** Every operation. Commands, /help, the menu, reserved names and the table in the README follow from this list. */
export const operations: readonly Operation[] = [
  send,
  cancel,
  interrupt,
  queue,
  startAnew,
  sessions,
  runs,
  compact,
  fork,
  undo,
  name,
  archive,
  model,
  schedule,
  remind,
  models,
  reasoning,
  agent,
  trigger,
  ctx,
  topic,
  settings,
  file,
  usage,
  help,
];
