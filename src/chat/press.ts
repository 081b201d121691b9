import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { AnswerLater } from "./answers.ts";
import { parsePress } from "./buttons.ts";
import { parseCardPress } from "./card-buttons.ts";
import { pressCard } from "./card-reply.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Press } from "./incoming.ts";
import { pressOperation, toAnswer } from "./obey.ts";

type PressParts = DispatchParts & { readonly answerLater: AnswerLater };

/** Does what a button says, and tells at once what happened. */
export function answerPress(press: Press, parts: PressParts): void {
  const card = parseCardPress(press.data);
  parts.transport.acknowledge(press, card ? pressCard(press, card, parts) : act(press, parts));
}

const STOPPED = { running: "Stopping.", queued: "Dropped from the queue.", none: "Nothing is running here." };
const BEGUN = { compact: "Compacting.", fork: "Forking." };

function act(press: Press, parts: PressParts): string {
  const { bridge, store } = parts;
  const pressed = parsePress(press.data);
  const run = pressed && store.runs.get(pressed.runId);
  if (!pressed || !run || run.chatId !== press.chatId) return "This button no longer works.";
  switch (pressed.action) {
    case "stop":
      return STOPPED[bridge.cancel(run.id)];
    case "wait":
      return bridge.wait(run.id) ? "Waiting." : "There is nothing to wait for.";
    case "run":
      return bridge.release(run.id) ? "Running it." : "It no longer waits for that.";
    case "resume":
      return resume(run, press, { bridge, store });
    case "compact":
    case "fork": {
      const { action } = pressed;
      const work = async () => toAnswer(await pressOperation(press, action, run.id, parts));
      parts.answerLater(press, work());
      return BEGUN[action];
    }
  }
}

/** The press is handled when the run is stored: one without the other would run it twice, or never. */
function resume(run: StoredRun, press: Press, { bridge, store }: Pick<PressParts, "bridge" | "store">): string {
  try {
    const id = store.transaction(() => {
      store.updates.handled(press.updateId);
      return bridge.addContinued(run, press.userId);
    });
    bridge.start(id);
    return "Resuming.";
  } catch (error) {
    if (error instanceof UserError) return error.userText;
    throw error;
  }
}
