import { engineOptions } from "../config/engine-options.ts";
import type { Goal, GoalChange } from "../domain/goal.ts";
import type { Ability, FoundSession, SessionAbility, SessionUsage } from "../domain/run.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import type { OperationResult } from "../worker/port.ts";
import { machineNow, requireSameMachine } from "./bind-machine.ts";
import type { BridgeOptions } from "./options.ts";
import { refusalOf } from "./refusal.ts";
import { type Prompt, type ResolveParts, resolvePrompt } from "./resolve.ts";
import { newRunId } from "./run-id.ts";
import { sessionUsage } from "./session-usage.ts";
import { overridesOf } from "./spec.ts";
import { sessionOf } from "./thread.ts";

/** A session with the newest that is known of it. */
export interface Thread {
  readonly engine: Engine;
  readonly session: string;
  readonly run: StoredRun;
}

/** A session that an engine has, known here or not. */
export interface Saved {
  readonly engine: Engine;
  readonly session: string;
  readonly project: string | null;
}

/** The person who asked for an operation on a thread, and the place. */
export type Asked = Pick<Prompt, "chatId" | "topicId" | "messageId" | "userId"> & {
  /** The chat's conversation, which continues with the thread. */
  readonly conversation?: string | undefined;
};

/** Keeps runs off a thread until the result is called; undefined if it has one. */
type Occupy = (thread: string) => Promise<(() => void) | undefined>;

/** Operations on threads between their runs. Each throws UserError if it cannot be done. */
export class Threads {
  readonly #options: BridgeOptions;
  readonly #occupy: Occupy;

  constructor(options: BridgeOptions, occupy: Occupy) {
    this.#options = options;
    this.#occupy = occupy;
  }

  /** The thread that a message means: the one of its reply, or the one that its chat continues. */
  find(message: Omit<Prompt, "text">, parts: Omit<ResolveParts, "store">): Thread {
    const { store } = this.#options;
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
    const { engine: id, context } = resolvePrompt({ ...message, text: "" }, { ...parts, store: this.#options.store });
    const engine = this.#options.engines.find((one) => one.id === id);
    if (!engine) throw new UserError(`The engine '${id}' is not known here.`);
    return { engine, project: context?.project ?? null };
  }

  /** The thread of a run. */
  of(run: StoredRun): Thread {
    const { session } = sessionOf(run, this.#options.store.runs);
    if (session === undefined) throw new UserError("This task has no session.");
    return this.#thread(run.engine, session);
  }

  /** Ends the warm process of an idle thread, which the next run starts again; false if there is none. */
  async end(thread: Thread): Promise<boolean> {
    return (await this.#operate(thread, "end")).hasEnded === true;
  }

  async compact(thread: Thread): Promise<void> {
    await this.#operate(thread, "compact");
  }

  /** The name is ours, and the engine's own too if it can take one now. */
  async rename(thread: Thread, name: string): Promise<void> {
    const { engine, session, run } = thread;
    const { store, log } = this.#options;
    store.threads.setName(engine.id, session, name);
    if (this.whyNot(run, "rename") !== undefined) return;
    const keep = (err: unknown) => log.info({ err, engine: engine.id, session }, "name.kept");
    await this.#operate(thread, "rename", name).catch(keep);
  }

  /** Adds context without a turn. If the engine cannot take it now, it is kept and put before the next prompt. */
  async brief(thread: Thread, text: string): Promise<void> {
    const { engine, session, run } = thread;
    const { store, log } = this.#options;
    if (this.whyNot(run, "brief") === undefined) {
      const isTaken = this.#operate(thread, "brief", text).then(() => true);
      const keep = (err: unknown) => log.info({ err, engine: engine.id, session }, "brief.kept");
      if (await isTaken.catch(keep)) return;
    }
    store.threads.addBrief(engine.id, session, text);
  }

  /** Gives the goal that the session then has; undefined if it has none. */
  async goal(thread: Thread, change: GoalChange): Promise<Goal | undefined> {
    return (await this.#operate(thread, "goal", change)).goal;
  }

  /** Stores a run for the new session, so that a reply to its message continues the session. */
  async fork(thread: Thread, asked: Asked): Promise<StoredRun> {
    const { session } = await this.#operate(thread, "fork");
    return session === undefined ? thread.run : this.#branch(thread, session, asked);
  }

  /** Takes the last turn back; gives what the thread continues from, which the chat's conversation then does. */
  async undo(thread: Thread, asked: Asked): Promise<StoredRun> {
    const { session = thread.session } = await this.#operate(thread, "undo");
    if (session === thread.session) return thread.run;
    const branch = this.#branch(thread, session, asked);
    this.#moveOn(thread, branch, asked);
    return branch;
  }

  /** The models that an engine has in a project, or outside all of them. */
  async models(engine: Engine, project: string | null): Promise<readonly string[]> {
    this.#require({ engine: engine.id, project }, "models");
    return (await this.#options.worker.operate("models", placeIn(engine, project))).models ?? [];
  }

  /** An engine's own slash commands in a project, or outside all of them; none if it cannot be driven both ways. */
  async commands(engine: Engine, project: string | null): Promise<readonly string[]> {
    const isHere = engine.operations.commands && this.whyNot({ engine: engine.id, project }, "answer") === undefined;
    if (!isHere) return [];
    return (await this.#options.worker.operate("commands", placeIn(engine, project))).commands ?? [];
  }

  /** The sessions that an engine has saved for a project, whoever began them; none if it cannot list them. */
  async saved(engine: Engine, project: string | null): Promise<readonly FoundSession[]> {
    if (!engine.operations.sessions) return [];
    return (await this.#options.worker.operate("sessions", placeIn(engine, project))).sessions ?? [];
  }

  usage(run: StoredRun): Promise<SessionUsage> {
    return sessionUsage(run, this.#options);
  }

  /** Stores a run for a session that began elsewhere, so that a reply to its message continues the session. */
  adopt({ engine, session, project }: Saved, asked: Asked): StoredRun {
    const { store, now } = this.#options;
    const known = store.runs.bySession(engine.id, session);
    if (known) return known;
    return store.transaction(() => {
      const id = newRunId(now());
      const place = { chatId: asked.chatId, topicId: asked.topicId ?? null, messageId: asked.messageId ?? null };
      const none = { branch: null, prompt: "", resume: null, follows: null, userId: asked.userId ?? null };
      store.runs.add({ ...none, ...place, id, engine: engine.id, project, createdAt: now() });
      store.threads.setBranch(id, { session, branchOf: id });
      store.runs.setMachine(id, machineNow(project, this.#options.config()));
      if (asked.conversation !== undefined) store.conversations.setLatest(asked.conversation, engine.id, id);
      return store.runs.get(id) as StoredRun;
    });
  }

  /** Has the thread's later runs use this model; undefined: the config's. */
  setModel({ engine, session }: Thread, model: string | undefined): void {
    this.#options.store.threads.setModel(engine.id, session, model);
  }

  /** Why the engine of a run cannot do something the way it is set up, with the fix; undefined if it can. */
  whyNot({ engine: id, project }: Pick<StoredRun, "engine" | "project">, ability: Ability): string | undefined {
    const { config, engines } = this.#options;
    const engine = engines.find((one) => one.id === id);
    if (!engine) return `The engine '${id}' is not known here.`;
    return refusalOf(engine, ability, engineOptions(config(), engine, config().projects.get(project ?? "")));
  }

  #thread(id: string, session: string): Thread {
    const engine = this.#options.engines.find((one) => one.id === id);
    const run = this.#options.store.runs.bySession(id, session);
    if (engine && run) return { engine, session, run };
    throw new UserError("Nothing has been run in that thread here yet: send it a message first.");
  }

  #require(run: Pick<StoredRun, "engine" | "project">, ability: Ability): void {
    const refusal = this.whyNot(run, ability);
    if (refusal !== undefined) throw new UserError(refusal);
  }

  async #operate(
    { engine: { id: engine }, session, run }: Thread,
    operation: SessionAbility | "end",
    input?: string,
  ): Promise<OperationResult> {
    const { worker } = this.#options;
    if (operation !== "end") this.#require(run, operation);
    requireSameMachine(run, session, this.#options);
    const release = await this.#occupy(`${engine}:${session}`);
    if (!release) throw new UserError("That session is running: wait for it, or stop it first.", { code: "busy" });
    const { project, branch } = run;
    try {
      const place = {
        ...{ engine, session, overrides: overridesOf(run, session, this.#options) },
        ...(project !== null && { project }),
        ...(branch !== null && { branch }),
      };
      return await worker.operate(operation, place, input);
    } finally {
      release();
    }
  }

  /** Stores a session that was made of another, with all that is known of that. */
  #branch({ engine, session, run }: Thread, value: string, asked: Asked): StoredRun {
    const { store, now } = this.#options;
    return store.transaction(() => {
      const id = newRunId(now());
      const place = { chatId: asked.chatId, topicId: asked.topicId ?? null, messageId: asked.messageId ?? null };
      const fields = { ...run, ...place, id, userId: asked.userId ?? null, resume: null, follows: null };
      store.runs.add({ ...fields, createdAt: now() });
      store.threads.setBranch(id, { session: value, branchOf: run.id });
      if (run.machine !== null) store.runs.setMachine(id, run.machine);
      store.threads.setModel(engine.id, value, store.threads.model(engine.id, session));
      return store.runs.get(id) ?? run;
    });
  }

  #moveOn({ engine, session }: Thread, branch: StoredRun, { conversation }: Asked): void {
    const { conversations, runs } = this.#options.store;
    const latest = conversation === undefined ? undefined : conversations.latest(conversation, engine.id);
    const run = latest === undefined ? undefined : runs.get(latest);
    if (conversation !== undefined && run && knownSession(run) === session) {
      conversations.setLatest(conversation, engine.id, branch.id);
    }
  }
}

const placeIn = ({ id: engine }: Engine, project: string | null) => ({
  ...{ engine, overrides: {}, ...(project !== null && { project }) },
});
