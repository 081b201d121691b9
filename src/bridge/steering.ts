import { randomUUID } from "node:crypto";
import type { Acknowledged } from "../domain/events.ts";
import { type PromptFile, toAttachments, withPlaces } from "../domain/files.ts";
import type { RunCommand } from "../domain/run.ts";

/** Texts on their way into a running turn. */
export class Steering {
  readonly #send: (command: RunCommand) => void;
  /** By command: what to call with whether the engine took it. */
  readonly #open = new Map<string, (isTaken: boolean) => void>();

  constructor(send: (command: RunCommand) => void) {
    this.#send = send;
  }

  /** Resolves with whether the engine took it, at the latest with `end`. */
  add(text: string, files: readonly PromptFile[]): Promise<boolean> {
    return new Promise((resolve) => {
      const id = randomUUID();
      this.#open.set(id, resolve);
      const attachments = toAttachments(files);
      const shown = withPlaces(text, files, true);
      this.#send({ type: "steer", id, text: shown, ...(attachments.length > 0 && { attachments }) });
    });
  }

  acknowledged({ id, ok }: Acknowledged): void {
    this.#open.get(id)?.(ok);
    this.#open.delete(id);
  }

  end(): void {
    for (const resolve of this.#open.values()) resolve(false);
    this.#open.clear();
  }
}
