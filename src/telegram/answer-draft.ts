import { loadMarkdown } from "../chat/markdown/load.ts";
import type { Block } from "../chat/markdown/tree.ts";
import { type Draft, Superseded } from "../chat/transport.ts";
import type { Logger } from "../log.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { type Payload, Refused } from "./api.ts";
import { MESSAGE_LENGTH } from "./assemble.ts";
import { emitRich } from "./markdown/emit-rich.ts";
import { emitText } from "./markdown/emit-text.ts";
import { limitEntities } from "./markdown/entity-limit.ts";
import { type Formatted, slice } from "./markdown/formatted.ts";
import { fitsRich, sizeOf } from "./markdown/rich-size.ts";
import type { Outbox } from "./outbox.ts";
import { PRIORITY } from "./outbox-op.ts";

/** How long to gather text before the draft is shown again; in between the outbox may take longer. */
const GATHER_MS = 500;
/** Telegram takes a draft away some 30 s after it was last shown. */
const SHOW_AGAIN_MS = 20_000;
/** In characters. Of a longer answer only the end is shown while it is written. */
const LONGEST = 20_000;

export interface DraftParts {
  /** Within the chat. */
  readonly draftId: number;
  readonly outbox: Outbox;
  readonly log: Logger;
  /** Whether Telegram is to get blocks rather than text with entities. */
  readonly isRich: boolean;
}

/**
 * Shows an answer in a private chat while it is written, as Telegram's own preview with its Stop button. What it shows
 * is lost without harm: the answer itself is a message of its own.
 */
export class AnswerDraft implements Draft {
  readonly #run: StoredRun;
  readonly #parts: DraftParts;
  #answer = "";
  #isRich: boolean;
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(run: StoredRun, parts: DraftParts) {
    this.#run = run;
    this.#parts = parts;
    this.#isRich = parts.isRich;
  }

  /** @param answer all of it so far, Markdown. */
  write(answer: string): void {
    this.#answer = answer;
    if (!this.#isClosed && answer.trim() !== "") this.#timer ??= setTimeout(() => void this.#show(), GATHER_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    this.#parts.outbox.drop(this.#run.chatId, this.#key);
  }

  get #key(): string {
    return `draft:${this.#run.id}`;
  }

  async #show(): Promise<void> {
    clearTimeout(this.#again);
    try {
      const parseMarkdown = await loadMarkdown();
      this.#timer = undefined;
      if (!this.#isClosed) await this.#send(parseMarkdown(this.#answer.slice(-LONGEST)));
      if (!this.#isClosed) this.#again = setTimeout(() => void this.#show(), SHOW_AGAIN_MS).unref();
    } catch (error) {
      if (error instanceof Superseded) return;
      this.#parts.log.warn({ err: error, runId: this.#run.id }, "draft.failed");
      if (!(error instanceof Refused) || !this.#isRich) return this.close();
      this.#isRich = false;
      await this.#show();
    }
  }

  async #send(blocks: readonly Block[]): Promise<void> {
    const { chatId, topicId } = this.#run;
    const thread = topicId === null ? {} : { message_thread_id: Number(topicId) };
    const common = { chat_id: Number(chatId), draft_id: this.#parts.draftId, can_stop: true, ...thread };
    const op = { priority: PRIORITY.edit, key: this.#key, doubt: "repeat" } as const;
    if (this.#isRich && fitsRich(sizeOf(blocks))) {
      // The types forbid files in drafts, of which these blocks have none.
      const rich_message = {
        blocks: emitRich(blocks),
        skip_entity_detection: true,
      } as Payload<"sendRichMessageDraft">["rich_message"];
      await this.#parts.outbox.push({ method: "sendRichMessageDraft", ...op, payload: { ...common, rich_message } });
    } else {
      const { text, entities } = limitEntities(endOf(emitText(blocks)));
      const payload = { ...common, text, entities: [...entities] };
      await this.#parts.outbox.push({ method: "sendMessageDraft", ...op, payload });
    }
  }
}

/** As much of the end of a text as a message holds. */
function endOf(whole: Formatted): Formatted {
  return slice(whole, Math.max(0, whole.text.length - MESSAGE_LENGTH), whole.text.length);
}
