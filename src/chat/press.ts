import { UserError } from "../errors.ts";
import type { Called } from "../operations/call.ts";
import type { Answers } from "./answers.ts";
import { parsePress } from "./buttons.ts";
import { parseCardPress } from "./card-buttons.ts";
import { pressCard } from "./card-reply.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Press } from "./incoming.ts";
import { pressedButton, pressOperation } from "./obey.ts";
import { addSequel } from "./sequel.ts";
import { toAnswer } from "./told.ts";

type PressParts = DispatchParts & { readonly answers: Pick<Answers, "give" | "later" | "replace"> };

/** Does what a button says, and tells at once what happened. */
export function answerPress(press: Press, parts: PressParts): void {
  const card = parseCardPress(press.data);
  parts.transport.acknowledge(press, card ? explained(() => pressCard(press, card, parts)) : act(press, parts));
}

const STOPPED = { running: "Stopping.", queued: "Dropped from the queue.", none: "Nothing is running here." };
const BEGUN = { resume: "Resuming.", again: "Trying again." };

function act(press: Press, parts: PressParts): string {
  const button = pressedButton(press, parts);
  if (button) return explained(() => operate(press, button, parts));
  const { bridge, store } = parts;
  const pressed = parsePress(press.data);
  const run = pressed && store.runs.get(pressed.runId);
  if (!pressed || !run || run.chatId !== press.chatId) return "This button no longer works.";
  switch (pressed.action) {
    case "stop":
      return STOPPED[bridge.cancel(run.id)];
    case "wait":
      return bridge.job(run.id)?.wait() ? "Waiting." : "There is nothing to wait for.";
    case "steer":
      if (!bridge.job(run.id)?.isWaiting) return "It no longer waits.";
      parts.answers.later(press, steer(run.id, parts));
      return "Adding it to the running turn.";
    case "run":
      return bridge.release(run.id) ? "Running it." : "It no longer waits for that.";
    case "resume":
    case "again": {
      const { action } = pressed;
      return explained(() => {
        addSequel(run, action, press, parts);
        return BEGUN[action];
      });
    }
  }
}

/** The message of the turn shows what was added. */
async function steer(runId: string, { bridge }: PressParts): Promise<string | undefined> {
  return (await bridge.addToTurn(runId)) ? undefined : "The turn did not take it: it waits for its own.";
}

/** The press counts as handled beforehand: an operation that is done twice could do harm. */
function operate(press: Press, button: NonNullable<ReturnType<typeof pressedButton>>, parts: PressParts): string {
  const { store, answers } = parts;
  store.updates.handled(press.updateId);
  const called = pressOperation(press, button, parts);
  const show = ({ told }: Called) => {
    const answer = toAnswer(told, press.chatId, parts);
    if (told.isSeen) return;
    if (told.receipt !== undefined) answers.replace(press, answer);
    else answers.give(press, answer, []);
  };
  if (called instanceof Promise) {
    answers.later(
      press,
      called.then((done) => show(done)).then(() => undefined),
    );
    return "Working on it.";
  }
  const { body, receipt, isSeen } = called.told;
  if (isSeen) return body;
  show(called);
  return receipt ?? "Done.";
}

/** The result of a press, or why there is none. */
function explained(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error.userText;
    throw error;
  }
}
