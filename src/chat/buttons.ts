import type { Button, Buttons } from "./document.ts";

/** What a press asks for; its data names a run and nothing else. */
export interface PressAction {
  readonly action: "stop" | "wait" | "run" | "resume";
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
  const match = /^(stop|wait|run|resume):([a-z0-9]{1,40})$/.exec(data);
  return match ? { action: match[1] as PressAction["action"], runId: match[2] as string } : undefined;
}

const YES = { wait: "Wait", run: "Run anyway" } as const;

/** Stop, and beside it the button that answers a question about the run. */
export function progressButtons(runId: string, yes: keyof typeof YES | undefined): Buttons {
  const buttons = [button("Stop", { action: "stop", runId }, "danger")];
  if (yes !== undefined) buttons.push(button(YES[yes], { action: yes, runId }));
  return [buttons];
}

/** Copy where there is a session to go on with, and Resume where the run was cut off. */
export function finalButtons(runId: string, resumeLine: string | undefined, isCutOff: boolean): Buttons {
  const buttons: Button[] = [];
  if (resumeLine !== undefined && isCutOff) buttons.push(button("Resume", { action: "resume", runId }));
  if (resumeLine !== undefined && resumeLine.length <= COPY_LIMIT) {
    buttons.push({ label: "Copy resume line", copy: resumeLine });
  }
  return buttons.length > 0 ? [buttons] : [];
}
