import { agent } from "./agent.ts";
import { answer } from "./answer.ts";
import { approvals } from "./approvals.ts";
import { archive } from "./archive.ts";
import { brief } from "./brief.ts";
import { cancel } from "./cancel.ts";
import { compact } from "./compact.ts";
import { continueSession } from "./continue.ts";
import { ctx } from "./ctx.ts";
import { diff } from "./diff.ts";
import { each } from "./each.ts";
import { end } from "./end.ts";
import { engines } from "./engines.ts";
import { file } from "./file.ts";
import { fork } from "./fork.ts";
import { goal } from "./goal.ts";
import { help } from "./help.ts";
import { interrupt } from "./interrupt.ts";
import { model } from "./model.ts";
import { models } from "./models.ts";
import { name } from "./name.ts";
import { startAnew } from "./new.ts";
import type { Operation } from "./operation.ts";
import { policy } from "./policy.ts";
import { projects } from "./projects.ts";
import { queue } from "./queue.ts";
import { reasoning } from "./reasoning.ts";
import { remind } from "./remind.ts";
import { runs } from "./runs.ts";
import { schedule } from "./schedule.ts";
import { send } from "./send.ts";
import { sessions } from "./sessions.ts";
import { settings } from "./settings.ts";
import { show } from "./show.ts";
import { steer } from "./steer.ts";
import { topic } from "./topic.ts";
import { trigger } from "./trigger.ts";
import { undo } from "./undo.ts";
import { usage } from "./usage.ts";
import { watch } from "./watch.ts";

/** Every operation. Commands, /help, the menu, reserved names and the table in the README follow from this list. */
export const operations: readonly Operation[] = [
  send,
  each,
  steer,
  brief,
  cancel,
  interrupt,
  queue,
  startAnew,
  sessions,
  continueSession,
  runs,
  watch,
  show,
  diff,
  approvals,
  answer,
  compact,
  fork,
  undo,
  goal,
  name,
  archive,
  end,
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
  projects,
  engines,
  policy,
  help,
];
