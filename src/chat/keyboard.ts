import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";

/** What a press asks for; its data names a run and nothing else. */
export interface PressAction {
  readonly action: "stop" | "wait" | "run" | "resume" | "compact" | "fork";
  readonly runId: string;
}

/** Telegram copies at most this many characters. */
const COPY_LIMIT = 256;

const callback = (text: string, { action, runId }: PressAction, style?: "danger"): InlineKeyboardButton => ({
  text,
  callback_data: `${action}:${runId}`,
  ...(style === undefined ? {} : { style }),
});

/** undefined for data that is not ours. */
export function parsePress(data: string): PressAction | undefined {
  const match = /^(stop|wait|run|resume|compact|fork):([a-z0-9]{1,40})$/.exec(data);
  return match ? { action: match[1] as PressAction["action"], runId: match[2] as string } : undefined;
}

const YES = { wait: "Wait", run: "Run anyway" } as const;

/** Stop, and beside it the button that answers a question about the run. */
export function progressKeyboard(runId: string, yes: keyof typeof YES | undefined): InlineKeyboardMarkup {
  const buttons = [callback("Stop", { action: "stop", runId }, "danger")];
  if (yes !== undefined) buttons.push(callback(YES[yes], { action: yes, runId }));
  return { inline_keyboard: [buttons] };
}

/** What can be done to the thread of a run, in a list where it has this number. */
export function threadButtons(
  runId: string,
  { number, isBusy }: { readonly number: number; readonly isBusy: boolean },
): InlineKeyboardButton[] {
  if (isBusy) return [callback(`${number} Stop`, { action: "stop", runId }, "danger")];
  return [
    callback(`${number} Compact`, { action: "compact", runId }),
    callback(`${number} Fork`, { action: "fork", runId }),
  ];
}

/** Copy where there is a session to go on with, and Resume where the run was cut off. */
export function finalKeyboard(runId: string, resumeLine: string | undefined, isCutOff: boolean): InlineKeyboardMarkup {
  const buttons: InlineKeyboardButton[] = [];
  if (resumeLine !== undefined && isCutOff) buttons.push(callback("Resume", { action: "resume", runId }));
  if (resumeLine !== undefined && resumeLine.length <= COPY_LIMIT) {
    buttons.push({ text: "Copy resume line", copy_text: { text: resumeLine } });
  }
  return { inline_keyboard: buttons.length > 0 ? [buttons] : [] };
}
