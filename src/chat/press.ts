import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/runs.ts";
import type { AnswerLater } from "./answers.ts";
import { parsePress } from "./buttons.ts";
import { parseCardPress } from "./card-buttons.ts";
import { pressCard } from "./card-reply.ts";
import type { DispatchParts } from "./dispatch.ts";
import type { Press } from "./incoming.ts";
import { pressThread } from "./thread-press.ts";

type PressParts = Pick<DispatchParts, "bridge" | "store" | "transport" | "cards"> & {
  readonly answerLater: AnswerLater;
};

/** Does what a button says, and tells at once what happened. */
export function answerPress(press: Press, parts: PressParts): void {
  const card = parseCardPress(press.data);
  parts.transport.acknowledge(press, card ? pressCard(press, card, parts) : act(press, parts));
}

const STOPPED = { running: "Stopping.", queued: "Dropped from the queue.", none: "Nothing is running here." };

function act(press: Press, { bridge, store, answerLater }: PressParts): string {
  const pressed = parsePress(press.data);
  const run = pressed && store.runs.get(pressed.runId);
  if (!pressed || !run || run.chatId !== press.chatId) return "This button is dead.";
  switch (pressed.action) {
    case "stop":
      return STOPPED[bridge.cancel(run.id)];
    case "wait":
      return bridge.wait(run.id) ? "Waiting on." : "There is nothing to wait for.";
    case "run":
      return bridge.release(run.id) ? "Running it." : "It does not wait for that any more.";
    case "resume":
      return resume(run, press, { bridge, store });
    case "compact":
    case "fork":
      return pressThread(pressed.action, run, { press, bridge, answerLater });
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
    return "Going on.";
  } catch (error) {
    if (error instanceof UserError) return error.userText;
    throw error;
  }
}
