import type { Message } from "@grammyjs/types";

/** A person's unsent text and files in one conversation. */
export interface Draft {
  readonly text: string;
  readonly replyTo?: Message | undefined;
  /** The person's own message that the text is to replace. */
  readonly editing?: Message | undefined;
  readonly files: readonly File[];
}

const EMPTY: Draft = { text: "", files: [] };

/** The part of the browser's `Storage` that drafts need. */
interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** One draft for each conversation; the texts survive a reload of the page. */
export class Drafts {
  private readonly drafts = new Map<string, Draft>();
  private readonly storage: TextStorage;

  constructor(storage: TextStorage) {
    this.storage = storage;
  }

  get(key: string): Draft {
    return this.drafts.get(key) ?? { ...EMPTY, text: this.storage.getItem(storedAs(key)) ?? "" };
  }

  change(key: string, change: Partial<Draft>): Draft {
    const draft = { ...this.get(key), ...change };
    this.drafts.set(key, draft);
    if (draft.text === "") this.storage.removeItem(storedAs(key));
    else this.storage.setItem(storedAs(key), draft.text);
    return draft;
  }

  /** Empties the draft and hands over what it held. */
  take(key: string): Draft {
    const draft = this.get(key);
    this.change(key, { ...EMPTY, replyTo: undefined, editing: undefined });
    return draft;
  }
}

const storedAs = (key: string): string => `playground.draft.${key}`;
