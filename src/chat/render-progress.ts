import type { ProgressState } from "../domain/progress.ts";
import { actionLines, runningOutput } from "./action-line.ts";
import type { Document } from "./document.ts";
import { type Frame, footerOf, headerOf } from "./frame.ts";
import { lines, plain } from "./markdown/tree.ts";

export interface ProgressView extends Omit<Frame, "steps"> {
  readonly progress: ProgressState;
  /** In the queue; 1 = next. */
  readonly place?: number | undefined;
  /** A sentence below the actions, such as that the run is silent. */
  readonly note?: string | undefined;
  /** Whether the last lines of a running command are shown. */
  readonly showsOutput?: boolean | undefined;
  /** The run's directory: paths below it are shown without it. */
  readonly cwd?: string | undefined;
}

/** The progress message: header, the last actions, footer. */
export function renderProgress(view: ProgressView): Document {
  const frame = { ...view, steps: view.progress.steps };
  const actions = view.progress.shown.flatMap((shown) => actionLines(shown, view.cwd));
  const output = view.showsOutput ? runningOutput(view.progress.shown) : undefined;
  return {
    head: [headerOf(frame, view.place === undefined ? undefined : placeText(view.place))],
    body: [
      ...(actions.length > 0 ? [lines(actions)] : []),
      ...(output === undefined ? [] : [{ type: "pre", text: output } as const]),
      ...(view.note ? [plain(view.note)] : []),
    ],
    foot: footerOf(frame),
  };
}

const placeText = (place: number) => (place === 1 ? "next" : `place ${place}`);
