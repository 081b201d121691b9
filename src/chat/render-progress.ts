import type { ProgressState } from "../domain/progress.ts";
import { assemble } from "../telegram/assemble.ts";
import type { ClassicContent } from "../telegram/content.ts";
import { emitText } from "../telegram/markdown/emit-text.ts";
import { trimTo } from "../telegram/markdown/split.ts";
import { actionLine } from "./action-line.ts";
import { type Frame, footerOf, headerOf } from "./frame.ts";
import { type Block, lines, plain } from "./markdown/tree.ts";

export interface ProgressView extends Omit<Frame, "steps"> {
  readonly progress: ProgressState;
  /** In the queue; 1 = next. */
  readonly place?: number | undefined;
  /** A sentence below the actions, such as that the run is silent. */
  readonly note?: string | undefined;
  /** The run's directory: paths below it are shown without it. */
  readonly cwd?: string | undefined;
}

/** The progress message: header, the last actions, footer. Always short enough for one classic message. */
export function renderProgress(view: ProgressView): ClassicContent {
  const frame = { ...view, steps: view.progress.steps };
  const header = headerOf(frame, view.place === undefined ? undefined : placeText(view.place));
  const actions = view.progress.shown.map((shown) => actionLine(shown, view.cwd));
  const body: Block[] = [...(actions.length > 0 ? [lines(actions)] : []), ...(view.note ? [plain(view.note)] : [])];
  return assemble({ header, footer: footerOf(frame), body: (room) => trimTo(emitText(body), room) });
}

const placeText = (place: number) => (place === 1 ? "next" : `place ${place}`);
