import type { ProgressState } from "../domain/progress.ts";
import { actionLine } from "./action-line.ts";
import type { ClassicContent } from "./content.ts";
import { type Frame, footerOf, headerOf, joinPieces } from "./frame.ts";
import { RichString } from "./rich-string.ts";

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
  const header = headerOf(
    { ...view, steps: view.progress.steps },
    view.place === undefined ? undefined : placeText(view.place),
  );
  const actions = new RichString();
  for (const shown of view.progress.shown) {
    actions.add(actions.text === "" ? "" : "\n").append(actionLine(shown, view.cwd));
  }
  const { text, entities } = joinPieces([header, actions, new RichString().add(view.note ?? ""), footerOf(view)]);
  return { kind: "classic", text, entities };
}

const placeText = (place: number) => (place === 1 ? "next" : `place ${place}`);
