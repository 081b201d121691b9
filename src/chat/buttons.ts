import { continuationName, type continuationOf } from "../bridge/continuation.ts";
import { machineTime } from "../domain/moment.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Button, Buttons } from "./document.ts";
import { toButton } from "./told.ts";

/** The request of a press; its data names a run and nothing else. */
export interface PressAction {
  readonly action: "stop" | "wait" | "run" | "steer" | "resume" | "again";
  readonly runId: string;
}

/** Telegram copies at most this many characters. */
const COPY_LIMIT = 256;

const button = (label: string, { action, runId }: PressAction, style?: "danger"): Button => ({
  label,
  press: `${action}:${runId}`,
  ...(style && { style }),
});

/** undefined for data that is not ours. */
export function parsePress(data: string): PressAction | undefined {
  const match = /^(stop|wait|run|steer|resume|again):([a-z0-9]{1,40})$/.exec(data);
  return match ? { action: match[1] as PressAction["action"], runId: match[2] as string } : undefined;
}

const BESIDE = { wait: "Wait", run: "Run anyway", steer: "Steer" } as const;

/** Stop, and beside it the button that answers a question about the run, or adds its task to the turn ahead of it. */
export function progressButtons(runId: string, beside: keyof typeof BESIDE | undefined): Buttons {
  const buttons = [button("Stop", { action: "stop", runId }, "danger")];
  if (beside !== undefined) buttons.push(button(BESIDE[beside], { action: beside, runId }));
  return [buttons];
}

/** Try again below a failure, Resume if the run was cut off in a session, else the resume line to copy. */
export function finalButtons({ id: runId, outcome }: StoredRun, resumeLine: string | undefined): Buttons {
  const isCutOff = outcome === "interrupted";
  if (outcome === "error" || (isCutOff && resumeLine === undefined)) {
    return [[button("Try again", { action: "again", runId })]];
  }
  if (resumeLine === undefined) return [];
  const copy: Button[] = resumeLine.length <= COPY_LIMIT ? [{ label: "Copy resume line", copy: resumeLine }] : [];
  const buttons = [...(isCutOff ? [button("Resume", { action: "resume", runId })] : []), ...copy];
  return buttons.length > 0 ? [buttons] : [];
}

/** Has a run continued when its limit is reset, or keeps it from that. */
export function continueButton(
  { id, chatId }: StoredRun,
  { at, isSettled }: NonNullable<ReturnType<typeof continuationOf>>,
  store: Store,
): Button {
  const label = isSettled ? "Do not continue" : `Continue ${machineTime(at)}`;
  const input = { action: isSettled ? "delete" : "save", name: continuationName(id), isApart: true };
  return toButton({ label, operation: "schedule", input }, chatId, store);
}
