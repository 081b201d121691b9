/** The scheduler's view of runs: it knows only their ids. */
export interface SchedulerOptions {
  /** Read at each decision, so that a changed config takes effect. */
  readonly limit: () => number;
  /** Whether a run takes no place of this machine, since another one carries it out. */
  readonly isElsewhere?: (id: string) => boolean;
  /** Carries a run out. Resolves when its thread is free again; must not reject. */
  readonly start: (id: string) => Promise<void>;
  /** Called when a run has to wait, and whenever its place (1 = next) changes. */
  readonly onPlace: (id: string, place: number, thread: string) => void;
}

interface Waiting {
  readonly id: string;
  readonly chat: string;
  readonly isElsewhere: boolean;
  thread: string;
  place: number;
  isPaused: boolean;
}

interface Running {
  readonly isElsewhere: boolean;
  readonly threads: Set<string>;
  /** Resolves when its threads are free. */
  over: Promise<void>;
}

/**
 * First in, first out within a thread; threads side by side up to the limit, and chats take turns at the free places. A
 * run elsewhere takes none: its machine has a limit of its own. A thread is any string, mostly
 * `engine:session`. A run that begins a session takes a thread of its own and claims the real one when it is known.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<string, Running>();
  readonly #occupied = new Set<string>();
  /** When a run of each chat was started last, as a count of starts. */
  readonly #turns = new Map<string, number>();
  #starts = 0;
  #open = true;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Starts the run now, or when what is ahead of it has ended. */
  submit(id: string, thread: string, chat: string): void {
    const isElsewhere = this.#options.isElsewhere?.(id) ?? false;
    this.#waiting.push({ id, thread, chat, isElsewhere, place: 0, isPaused: false });
    this.#pump();
  }

  /** A running run turned out to be of `thread`: whoever waits for the one waits for both. */
  claim(id: string, thread: string): void {
    const held = this.#running.get(id)?.threads;
    if (!held) return;
    for (const entry of this.#waiting) if (held.has(entry.thread)) entry.thread = thread;
    held.add(thread);
  }

  /** Tells the places of those that wait for a running run anew, or all places. */
  tellAgain(id?: string): void {
    const held = id === undefined ? undefined : (this.#running.get(id)?.threads ?? new Set());
    for (const entry of this.#waiting) if (!held || held.has(entry.thread)) entry.place = 0;
    this.#tellPlaces();
  }

  /** The run that runs in a thread. */
  runnerOf(thread: string): string | undefined {
    return [...this.#running].find(([, { threads }]) => threads.has(thread))?.[0];
  }

  /** Keeps a waiting run from its start until the result is called. False unless it waits. */
  pause(id: string): (() => void) | false {
    const entry = this.#waiting.find((one) => one.id === id);
    if (!entry || entry.isPaused) return false;
    entry.isPaused = true;
    return () => {
      entry.isPaused = false;
      this.#pump();
    };
  }

  /** Keeps runs off a thread until the result is called; undefined if one runs or waits in it, or it is kept. */
  occupy(thread: string): (() => void) | undefined {
    const isBusy =
      [...this.#running.values()].some(({ threads }) => threads.has(thread)) ||
      this.#waiting.some((entry) => entry.thread === thread);
    if (isBusy || !this.#open || this.#occupied.has(thread)) return undefined;
    this.#occupied.add(thread);
    return () => {
      if (this.#occupied.delete(thread)) this.#pump();
    };
  }

  /** Ids of a chat's waiting runs, in order. */
  waiting(chat: string): string[] {
    return this.#waiting.filter((entry) => entry.chat === chat).map(({ id }) => id);
  }

  /** Puts waiting runs into this order, in the places that they have together. */
  reorder(ids: readonly string[]): void {
    const places = this.#waiting.flatMap(({ id }, index) => (ids.includes(id) ? [index] : []));
    const entries = ids.flatMap((id) => this.#waiting.find((entry) => entry.id === id) ?? []);
    for (const [index, place] of places.entries()) this.#waiting[place] = entries[index] as Waiting;
    this.#pump();
  }

  /** Takes a waiting run out of the queue; false when it does not wait (any more). */
  drop(id: string): boolean {
    const index = this.#waiting.findIndex((entry) => entry.id === id);
    if (index < 0) return false;
    this.#waiting.splice(index, 1);
    this.#pump();
    return true;
  }

  /** Whether a run that runs is of this thread. */
  holds(id: string, thread: string): boolean {
    return this.#running.get(id)?.threads.has(thread) === true;
  }

  /** Resolves when the run's threads are free. */
  async over(id: string): Promise<void> {
    await this.#running.get(id)?.over;
  }

  /** How many run. */
  get running(): number {
    return this.#running.size;
  }

  /** Starts nothing more; resolves when nothing runs. What waits stays where it is stored. */
  async close(): Promise<void> {
    this.#open = false;
    await Promise.all([...this.#running.values()].map(({ over }) => over));
  }

  #pump(): void {
    while (this.#open) {
      const next = this.#next();
      if (!next) break;
      this.#start(next);
    }
    this.#tellPlaces();
  }

  /** The first of those that could start now whose chat has waited longest for its turn. */
  #next(): Waiting | undefined {
    const blocked = new Set(this.#occupied);
    const here = [...this.#running.values()].filter(({ isElsewhere }) => !isElsewhere).length;
    const isFull = here >= this.#options.limit();
    for (const { threads } of this.#running.values()) for (const thread of threads) blocked.add(thread);
    let best: Waiting | undefined;
    for (const entry of this.#waiting) {
      const isFree = !entry.isPaused && !blocked.has(entry.thread) && (entry.isElsewhere || !isFull);
      if (isFree && (!best || this.#turnOf(entry) < this.#turnOf(best))) best = entry;
      blocked.add(entry.thread);
    }
    return best;
  }

  /** All that wait, as they would start if only the limit held them back. */
  #inTurns(): Waiting[] {
    const ofChat = new Map<string, number>();
    const round = new Map<Waiting, number>();
    for (const entry of this.#waiting) {
      const before = ofChat.get(entry.chat) ?? 0;
      ofChat.set(entry.chat, before + 1);
      round.set(entry, before);
    }
    const roundOf = (entry: Waiting) => round.get(entry) ?? 0;
    return this.#waiting.toSorted((a, b) => roundOf(a) - roundOf(b) || this.#turnOf(a) - this.#turnOf(b));
  }

  #turnOf({ chat }: Waiting): number {
    return this.#turns.get(chat) ?? 0;
  }

  #start(entry: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(entry), 1);
    this.#turns.set(entry.chat, ++this.#starts);
    const { isElsewhere } = entry;
    const running: Running = { isElsewhere, threads: new Set([entry.thread]), over: Promise.resolve() };
    this.#running.set(entry.id, running);
    running.over = this.#options.start(entry.id).finally(() => {
      this.#running.delete(entry.id);
      this.#pump();
    });
  }

  /** A run's place in its thread, or in the whole queue if only the limit holds it back. */
  #tellPlaces(): void {
    const busy = new Set([...this.#occupied, ...[...this.#running.values()].flatMap(({ threads }) => [...threads])]);
    const turns = new Map(this.#inTurns().map((entry, index) => [entry, index + 1]));
    const ahead = new Map<string, number>();
    for (const entry of this.#waiting) {
      const inThread = (ahead.get(entry.thread) ?? 0) + 1;
      ahead.set(entry.thread, inThread);
      const place = busy.has(entry.thread) || inThread > 1 ? inThread : (turns.get(entry) ?? inThread);
      if (place === entry.place) continue;
      entry.place = place;
      this.#options.onPlace(entry.id, place, entry.thread);
    }
  }
}
