import type { Ability } from "../domain/run.ts";
import type { Engine, Operations, SessionRequest } from "../engine/contract.ts";
import { EngineError, UserError } from "../errors.ts";
import { knownSession, type StoredRun } from "../store/runs.ts";
import { optionsOf } from "./options-of.ts";
import type { BridgeParts } from "./parts.ts";
import { placeOf } from "./place.ts";
import { refusalOf } from "./refusal.ts";
import { type Prompt, type ResolveParts, resolvePrompt } from "./resolve.ts";
import { newRunId } from "./run-id.ts";
import { sessionOf } from "./thread.ts";

/** A session with the newest that is known of it. */
export interface Thread {
  readonly engine: Engine;
  readonly session: string;
  readonly run: StoredRun;
}

/** Who asked for something to be done to a thread, and where. */
export type Asked = Pick<Prompt, "chatId" | "topicId" | "messageId" | "userId"> & {
  /** The chat's conversation, which goes on where the thread does. */
  readonly conversation?: string | undefined;
};

export interface ThreadParts extends BridgeParts {
  /** Keeps runs off a thread until the result is called; undefined where it has one. */
  readonly occupy: (thread: string) => Promise<(() => void) | undefined>;
}

/** What can be done to threads between their runs. Each throws UserError where it cannot be done. */
export class Threads {
  readonly #parts: ThreadParts;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  /** The thread that a message means: what its reply names, or its chat goes on with. */
  find(message: Omit<Prompt, "text">, parts: Omit<ResolveParts, "store">): Thread {
    const { store } = this.#parts;
    const { engine, resume, follows } = resolvePrompt({ ...message, text: "" }, { ...parts, store });
    const before = follows === undefined ? undefined : store.runs.get(follows);
    const session = resume ?? (before && sessionOf(before, store.runs).session);
    if (session) return this.#thread(engine, session);
    if (follows !== undefined) throw new UserError("This thread has no session yet: wait until its task has begun.");
    throw new UserError("Reply to a message of the thread that you mean.");
  }

  /** The engine and project that a message without directives goes to. */
  target(
    message: Omit<Prompt, "text">,
    parts: Omit<ResolveParts, "store">,
  ): { engine: Engine; project: string | null } {
    const { engine: id, context } = resolvePrompt({ ...message, text: "" }, { ...parts, store: this.#parts.store });
    const engine = this.#parts.engines.find((one) => one.id === id);
    if (!engine) throw new UserError(`The engine '${id}' is not known here.`);
    return { engine, project: context?.project ?? null };
  }

  /** The thread of a run. */
  of(run: StoredRun): Thread {
    const { session } = sessionOf(run, this.#parts.store.runs);
    if (session === undefined) throw new UserError("This task has no session.");
    return this.#thread(run.engine, session);
  }

  async compact(thread: Thread): Promise<void> {
    await this.#operate(thread, "compact", (operations, session) => operations.compact?.(session));
  }

  async rename(thread: Thread, name: string): Promise<void> {
    await this.#operate(thread, "rename", (operations, session) => operations.rename?.(session, name));
  }

  /** Gives what stands for the new session: whoever goes on with it, goes on with that. */
  async fork(thread: Thread, asked: Asked): Promise<StoredRun> {
    const made = await this.#operate(thread, "fork", (operations, session) => operations.fork?.(session));
    return made ? this.#branch(thread, made, asked) : thread.run;
  }

  /** Takes the last turn back; gives what the thread goes on from, which the chat's conversation then does. */
  async undo(thread: Thread, asked: Asked): Promise<StoredRun> {
    const left = await this.#operate(thread, "undo", (operations, session) => operations.undo?.(session));
    if (!left || left === thread.session) return thread.run;
    const branch = this.#branch(thread, left, asked);
    this.#moveOn(thread, branch, asked);
    return branch;
  }

  /** The models that an engine has in a project, or outside all of them. */
  async models(engine: Engine, project: string | null): Promise<readonly string[]> {
    const { config, store, home, env, log, host } = this.#parts;
    const options = optionsOf({ engine, project, session: undefined }, { config: config(), store });
    requireAbility(engine, "models", options);
    const path = project === null ? undefined : config().projects.get(project)?.path;
    return explained(engine.operations.models?.({ options, env, cwd: path ?? home, log, trusted: true, host }) ?? []);
  }

  /** Has the thread's later runs use this model; undefined: the config's. */
  setModel({ engine, session }: Thread, model: string | undefined): void {
    this.#parts.store.threads.setModel(engine.id, session, model);
  }

  /** Whether the config lets this engine be driven both ways in a run's project. */
  isInteractive({ engine: id, project }: Pick<StoredRun, "engine" | "project">): boolean {
    const { config, store, engines } = this.#parts;
    const engine = engines.find((one) => one.id === id);
    if (!engine || engine.can.length === 0) return false;
    return optionsOf({ engine, project, session: undefined }, { config: config(), store }).interactive === true;
  }

  #thread(id: string, session: string): Thread {
    const engine = this.#parts.engines.find((one) => one.id === id);
    const run = this.#parts.store.runs.bySession(id, session);
    if (engine && run) return { engine, session, run };
    throw new UserError("Nothing has been run in that thread here yet: send it a message first.");
  }

  async #operate<Result>(
    { engine, session, run }: Thread,
    ability: Ability,
    act: (operations: Operations, session: SessionRequest) => Promise<Result> | undefined,
  ): Promise<Result | undefined> {
    const { config, store, home, env, log, occupy, host } = this.#parts;
    const options = optionsOf({ engine, project: run.project, session }, { config: config(), store });
    requireAbility(engine, ability, options);
    const release = await occupy(`${engine.id}:${session}`);
    if (!release) throw new UserError("This thread is at work: wait for it, or stop it first.");
    try {
      const cwd = await placeOf(run, { config: config(), home });
      log.info({ engine: engine.id, session, ability }, "thread.operation");
      return await explained(act(engine.operations, { session, cwd, options, env, log, trusted: true, host }));
    } finally {
      release();
    }
  }

  /** Stores a session that was made of another, with all that is known of that. */
  #branch({ engine, session, run }: Thread, value: string, asked: Asked): StoredRun {
    const { store, now } = this.#parts;
    return store.transaction(() => {
      const id = newRunId(now());
      const place = { chatId: asked.chatId, topicId: asked.topicId ?? null, messageId: asked.messageId };
      const fields = { ...run, ...place, id, userId: asked.userId ?? null, resume: null, follows: null };
      store.runs.add({ ...fields, createdAt: now() });
      store.threads.setBranch(id, { session: value, branchOf: run.id });
      store.threads.setModel(engine.id, value, store.threads.model(engine.id, session));
      return store.runs.get(id) ?? run;
    });
  }

  #moveOn({ engine, session }: Thread, branch: StoredRun, { conversation }: Asked): void {
    const { conversations, runs } = this.#parts.store;
    const latest = conversation === undefined ? undefined : conversations.latest(conversation, engine.id);
    const run = latest === undefined ? undefined : runs.get(latest);
    if (conversation !== undefined && run && knownSession(run) === session) {
      conversations.setLatest(conversation, engine.id, branch.id);
    }
  }
}

function requireAbility(engine: Engine, ability: Ability, options: Parameters<typeof refusalOf>[2]): void {
  const refusal = refusalOf(engine, ability, options);
  if (refusal !== undefined) throw new UserError(refusal);
}

/** What an engine says of a failure is for people. */
async function explained<Result>(work: Result | Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw cause instanceof EngineError ? new UserError(cause.message, { cause }) : cause;
  }
}
