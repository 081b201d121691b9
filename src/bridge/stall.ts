import type { RunEvent } from "../domain/events.ts";
import { timerMs } from "../domain/time.ts";
import type { JobView } from "./job-view.ts";
import type { BridgeParts } from "./parts.ts";
import type { Job } from "./run-job.ts";

/** Watches a run for silence. */
export interface StallWatch {
  heard(event: RunEvent): void;
  end(): void;
}

/**
 * Tells on the screen when a run has given no event for `limits.stall_minutes`, and again after each further such time
 * once somebody pressed Wait. A tool that is known to be running counts as life, and so does a question that waits for
 * an answer.
 */
export function watchStall(job: Job, view: JobView, parts: BridgeParts): StallWatch {
  const minutes = parts.config().limits.stall_minutes;
  const check = () => {
    if (view.progress.open.length > 0 || job.questions?.isWaiting) {
      timer.refresh();
      return;
    }
    job.wait = calm;
    view.stalled(`No sign of life for ${minutes} min (limits.stall_minutes). Stop it, or wait on.`);
  };
  const calm = () => {
    job.wait = undefined;
    view.stalled(undefined);
    timer.refresh();
  };
  const timer = setTimeout(check, timerMs(minutes)).unref();
  return {
    heard: (event) => {
      if (event.type === "completed") clearTimeout(timer);
      else calm();
    },
    end: () => {
      job.wait = undefined;
      clearTimeout(timer);
    },
  };
}
