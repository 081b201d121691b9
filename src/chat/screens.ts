import type { Screen, Screens } from "../bridge/screen.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { Deliverer, type DelivererParts } from "./deliverer.ts";
import { ProgressMessage, type ProgressParts } from "./progress-message.ts";

/** The bridge's screens in the chats: a progress message a run, then its outcome. */
export class ChatScreens implements Screens {
  readonly #parts: ProgressParts;
  readonly #open = new Map<string, ProgressMessage>();
  readonly #deliverer: Deliverer;

  constructor(parts: ProgressParts & Omit<DelivererParts, "progress">) {
    this.#parts = parts;
    this.#deliverer = new Deliverer({ ...parts, progress: this.#open });
  }

  open(run: StoredRun): Screen {
    const message = new ProgressMessage(run, this.#parts);
    this.#open.set(run.id, message);
    return message;
  }

  forget(runId: string): void {
    this.#open.delete(runId);
  }

  deliver(): void {
    this.#deliverer.kick();
  }

  /** Takes nothing up any more. */
  close(): void {
    this.#deliverer.close();
  }

  /** Resolves when nothing is on its way to a chat. */
  idle(): Promise<void> {
    return this.#deliverer.idle();
  }
}
