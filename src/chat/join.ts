import { firstCharacter } from "../domain/cut.ts";
import type { PromptFile } from "../domain/files.ts";
import type { Incoming } from "./incoming.ts";
import { quoteOf } from "./quote.ts";

/** Messages of one sender that are one prompt, or commands to files that came with them. */
export interface Group {
  readonly first: Incoming;
  /** Every update that went into it. */
  readonly updateIds: readonly number[];
  readonly messageIds: readonly string[];
  /** Parts of a split paste as they were, then quotes and forwarded texts by blank lines. */
  readonly text: string;
  /** The same without what others wrote. */
  readonly ownText: string;
  readonly files: readonly PromptFile[];
  /** Those whose text was heard in a recording. */
  readonly spoken: readonly Incoming[];
  /** The run that it belongs to though it came too late to be part of it. */
  readonly follows: string | undefined;
  /** It must wait for its turn, whatever it could be added to. */
  readonly mustQueue: boolean;
}

export interface JoinerOptions {
  /** How long to wait for more after a sign that more will come, ms of quiet. */
  readonly windowMs: () => number;
  /** The same, for the parts of an album. */
  readonly albumMs: () => number;
  /** Gets each complete group, in order; gives the id of the run that it became, if it did. */
  readonly submit: (group: Group) => string | undefined;
  /** Told at once that more will come for a run that it began. */
  readonly takeBack: (runId: string) => void;
  /** Gets a forward, or a file without a text, that no prompt came before. */
  readonly hold: (material: Incoming) => void;
  /** ms of a monotonic clock. */
  readonly now: () => number;
}

interface Pending {
  readonly first: Incoming;
  readonly messages: Incoming[];
  readonly follows: string | undefined;
  readonly mustQueue: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Chat clients cut a text at 4096 characters, some of them earlier to spare a paragraph: a message this long may have
 * a sequel.
 */
const PASTE_SIGN_LENGTH = 3_000;

/** Telegram's clients put no more files into an album. */
const FULL_ALBUM = 10;

/**
 * Joins what belongs together: the parts of a long paste, those of an album, and a prompt with the forwards and files
 * that come after it. An ordinary message is passed on at once; only a very long one, one with forwards or files after
 * it, or an album, waits for more.
 */
export class Joiner {
  readonly #options: JoinerOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #recent = new Map<string, { runId: string; at: number }>();

  constructor(options: JoinerOptions) {
    this.#options = options;
  }

  /** Takes a prompt or forward; what becomes of it is decided by `settle`. */
  add(message: Incoming): void {
    const key = keyOf(message);
    const pending = this.#pending.get(key);
    if (pending && isOfAlbum(message, pending)) {
      pending.messages.push(message);
    } else if (isMaterial(message)) {
      const follows = this.#justStarted(key);
      if (pending) pending.messages.push(message);
      else if (follows !== undefined) {
        this.#options.takeBack(follows);
        this.#begin(key, message, { follows });
      } else if (message.albumId !== undefined) this.#begin(key, message, {});
      else this.#options.hold(message);
    } else if (pending && expectsPaste(pending) && !message.files?.length) {
      pending.messages.push(message);
    } else {
      this.#flush(key);
      this.#begin(key, message, {});
    }
  }

  /** Takes a prompt that must be queued: it is part of nothing that came before. */
  addQueued(message: Incoming): void {
    this.flushFor(message);
    this.#begin(keyOf(message), message, { mustQueue: true });
  }

  /** Whether a text of this sender may be the next part of a long paste. */
  mayContinue(message: Incoming): boolean {
    const pending = this.#pending.get(keyOf(message));
    return pending !== undefined && !message.isForward && expectsPaste(pending);
  }

  /** Whether a message belongs to what its sender has just sent: a part of a paste or album, or forwards after a prompt. */
  isExpected(message: Incoming): boolean {
    const key = keyOf(message);
    const pending = this.#pending.get(key);
    if (!pending) return message.isForward && this.#justStarted(key) !== undefined;
    const isOfAlbum = pending.messages.some(({ albumId }) => albumId !== undefined && albumId === message.albumId);
    return message.isForward || isOfAlbum || this.mayContinue(message);
  }

  /** At the end of a batch: passes on what needs no more. */
  settle(): void {
    for (const [key, pending] of this.#pending) {
      if (isFullAlbum(pending)) this.#flush(key);
      else if (mayGrow(pending)) this.#arm(key, pending);
      else this.#flush(key);
    }
  }

  /** Passes on what a sender's place has waiting, before something that must come after it. */
  flushFor(message: Incoming): void {
    this.#flush(keyOf(message));
  }

  /** Passes on everything that waits. */
  flush(): void {
    for (const key of [...this.#pending.keys()]) this.#flush(key);
  }

  #begin(key: string, first: Incoming, { follows, mustQueue = false }: Partial<Group>): void {
    this.#pending.set(key, { first, messages: [first], follows, mustQueue, timer: undefined });
  }

  #arm(key: string, pending: Pending): void {
    clearTimeout(pending.timer);
    const { windowMs, albumMs } = this.#options;
    const waitMs = pending.messages.at(-1)?.albumId === undefined ? windowMs() : albumMs();
    pending.timer = setTimeout(() => this.#flush(key), waitMs);
  }

  #flush(key: string): void {
    const pending = this.#pending.get(key);
    if (!pending) return;
    clearTimeout(pending.timer);
    this.#pending.delete(key);
    if (pending.follows === undefined && pending.messages.every(isMaterial)) {
      for (const message of pending.messages) this.#options.hold(message);
      return;
    }
    const runId = this.#options.submit(toGroup(pending));
    if (runId !== undefined) this.#recent.set(key, { runId, at: this.#options.now() });
  }

  /** The run that this sender began so recently that a forward must belong to it. */
  #justStarted(key: string): string | undefined {
    const recent = this.#recent.get(key);
    if (recent && this.#options.now() - recent.at <= this.#options.windowMs()) return recent.runId;
    this.#recent.delete(key);
    return undefined;
  }
}

/** A sender's place: what they send there may belong together. */
export const keyOf = ({ chatId, topicId, userId }: Incoming) => `${chatId}:${topicId ?? 0}:${userId ?? 0}`;

const expectsPaste = ({ messages }: Pending) => {
  const last = messages.at(-1);
  return last !== undefined && mayHaveSequel(last);
};

const mayGrow = (pending: Pending) =>
  expectsPaste(pending) || pending.messages.some((message) => message.albumId !== undefined || isMaterial(message));

/** A message without its own words: a forward, or a file without a text that replies to nothing. */
const isMaterial = ({ isForward, files = [], text, reply }: Incoming) =>
  isForward || (files.length > 0 && text.trim() === "" && reply === undefined);

const isOfAlbum = ({ albumId }: Incoming, { messages }: Pending) =>
  albumId !== undefined && messages.some((message) => message.albumId === albumId);

const isFullAlbum = ({ messages }: Pending) =>
  messages.length === FULL_ALBUM && messages.every(({ albumId }) => albumId !== undefined);

/** Whether a client may have cut a text, so that its end comes in another message. */
export const mayHaveSequel = ({ text, isForward, isSpoken = false }: Incoming): boolean =>
  !isForward && !isSpoken && text.length >= PASTE_SIGN_LENGTH;

/** Clients cut at a line end or space, and lose it; or else inside a word, if its next character had no room. */
function joinParts(parts: readonly Incoming[]): string {
  return parts.reduce((text, part, index) => {
    const { room = Number.POSITIVE_INFINITY } = parts[index - 1] ?? {};
    const isWord = room < firstCharacter(part.text).length && /\S$/.test(text) && /^(?!```)\S/.test(part.text);
    return `${text}${index === 0 || isWord ? "" : "\n"}${part.text}`;
  }, "");
}

/** Older messages first, if a chat numbers its messages. */
const compareIds = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });

function toGroup({ first, messages, follows, mustQueue }: Pending): Group {
  const own = messages.filter(({ isForward, text }) => !isForward && text !== "");
  const forwards = messages
    .filter(({ isForward }) => isForward)
    .toSorted((a, b) => compareIds(a.messageId, b.messageId));
  return {
    first,
    updateIds: messages.map(({ updateId }) => updateId),
    messageIds: messages.map(({ messageId }) => messageId),
    ownText: joinParts(own),
    text: [joinParts(own), ...messages.map(quoteOf), ...forwards.map(({ text }) => text)]
      .filter((part) => part !== "")
      .join("\n\n"),
    spoken: messages.filter(({ isSpoken }) => isSpoken),
    files: messages.flatMap(({ files = [] }) => files),
    follows,
    mustQueue,
  };
}
