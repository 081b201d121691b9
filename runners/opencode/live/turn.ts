import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../../src/bounds.ts";
import type { Attachment } from "../../../src/domain/run.ts";
import type { RunRequest } from "../../../src/engine/contract.ts";
import type { RunContext } from "../../../src/engine/driver.ts";
import { endsWithin } from "../../../src/engine/ends-within.ts";
import { endMarkedProcesses } from "../../../src/engine/marked.ts";
import { ifKnown } from "../../../src/engine/missing-method.ts";
import { withResolvers } from "../../../src/engine/with-resolvers.ts";
import { EngineError } from "../../../src/errors.ts";
import type { OpencodeOptions } from "../options.ts";
import { Answers } from "./answers.ts";
import { readMissed } from "./catch-up.ts";
import { requireTaken } from "./client.ts";
import { withContext } from "./context.ts";
import { toCrash, toOutcome } from "./outcome.ts";
import { SESSION_MARK } from "./plugin.ts";
import { commandCall, promptCall } from "./prompt.ts";
import type { LiveEvent } from "./schema.ts";
import type { OpencodeServer } from "./server.ts";
import type { LiveState } from "./state.ts";
import { translateLive } from "./translate.ts";

const CHECK_MS = 10;
/** How long a stopped turn may take to begin; less than what a stop may take. */
const BEGIN_LIMIT_MS = 1000;
/** How long opencode may take to end a turn's commands before they are killed. */
const ABORT_GRACE_MS = 300;
const SWEEP_MS = 150;
/** More than a server takes that is ended by force. */
const ENDING_MS = 10_000;

export interface TurnSetup {
  readonly server: OpencodeServer;
  readonly state: LiveState;
  readonly request: RunRequest & { readonly options: OpencodeOptions };
  readonly context: RunContext;
}

/** One prompt, and what is added to it, until the session rests. */
export class Turn {
  readonly #setup: TurnSetup;
  readonly #answers: Answers;
  readonly #over = withResolvers();
  #state: LiveState;
  /** Messages that are on their way into the turn. */
  #steering = 0;
  #hasEnded = false;
  /** Ends a failed turn whose answer is never completed. */
  #ending: NodeJS.Timeout | undefined;
  /** Events that come while the run reads what it missed. */
  #missed: LiveEvent[] | undefined;

  constructor(setup: TurnSetup) {
    this.#setup = setup;
    this.#state = setup.state;
    this.#answers = new Answers({ server: setup.server, ...setup.state, rules: denialsOf(setup.request.options) });
  }

  /**
   * Resolves when the outcome was told and, of a turn that was stopped, nothing lives.
   *
   * @throws EngineError if the prompt is refused.
   */
  async run(): Promise<void> {
    const { server, context, state, request } = this.#setup;
    const { prompt: text, attachments: images, isCommand } = request.spec;
    const { stopped } = context;
    const unwatch = server.feed.watch(state.session, {
      take: (event) => (this.#missed ? this.#missed.push(event) : this.#take(event)),
      caughtUp: () => this.#catchUp(),
    });
    const { promise: stop, resolve: cut } = withResolvers();
    stopped.addEventListener("abort", () => cut(), { once: true });
    if (stopped.aborted) cut();
    context.ready({
      interrupt: true,
      steer: (added, shown) => this.#steer(added, shown),
      answer: (questionId, reply) => this.#answers.give(questionId, reply, this.#state.open),
    });
    try {
      const prompt = { ...state, text, images, options: request.options, id: state.prompt };
      const prompting = server.client.send(isCommand ? commandCall(prompt) : promptCall(prompt));
      const over = prompting.then(requireTaken).then(() => Promise.race([this.#over.promise, stop]));
      // A command is answered only when its turn is over.
      const ended = isCommand ? Promise.race([over, stop]) : over;
      over.catch(() => {});
      const ending = await Promise.race([ended, server.gone]);
      if (stopped.aborted) await this.#halt();
      if (ending) context.push(toCrash(this.#state, ending));
      else if (stopped.aborted) context.push(toOutcome(this.#state));
      else context.push(await withContext(toOutcome(this.#state), server.client, this.#state));
    } finally {
      this.#hasEnded = true;
      this.#stopWaiting();
      unwatch();
    }
  }

  /** Resolves when the session has the message. @throws EngineError if it does not reach the turn. */
  async #steer(text: string, images: readonly Attachment[]): Promise<void> {
    const { server, state, request } = this.#setup;
    if (this.#state.isOver || this.#hasEnded) throw new EngineError("The turn is just over.");
    const before = this.#state.asked;
    this.#steering += 1;
    try {
      requireTaken(await server.client.send(promptCall({ ...state, text, images, options: request.options })));
      for (let restedMs = 0; this.#state.asked === before; restedMs += this.#state.isOver ? CHECK_MS : 0) {
        if (this.#hasEnded || restedMs > BOUNDS.liveServer.beginMs)
          throw new EngineError("The turn ended before the message came.");
        await delay(CHECK_MS);
      }
    } finally {
      this.#steering -= 1;
      this.#checkOver();
    }
  }

  /** Events were lost. What is being written is read as a whole, so that pieces of it that come meanwhile are dropped. */
  async #catchUp(): Promise<void> {
    const { client } = this.#setup.server;
    this.#missed = [];
    try {
      let missed = await readMissed(client, this.#state);
      if (missed.isUnanswered && !this.#hasEnded) {
        // It may not have begun yet. An error that ended it is told by no message.
        await delay(BOUNDS.liveServer.beginMs);
        missed = await readMissed(client, this.#state);
        if (missed.isUnanswered)
          missed = { ...missed, events: [...missed.events, ...endedUnseen(this.#state.session)] };
      }
      for (const event of missed.events) this.#take(event);
      for (const event of this.#missed) if (event.type !== "message.part.delta") this.#take(event);
    } finally {
      this.#missed = undefined;
    }
  }

  #take(event: LiveEvent): void {
    const isKnown = event.type === "permission.asked" && this.#state.sessions.has(event.properties.sessionID);
    if (isKnown && this.#answers.isAllowed(event.properties)) {
      this.#answers.allow(event.properties).catch(() => this.#translate(event));
      return;
    }
    this.#translate(event);
  }

  #translate(event: LiveEvent): void {
    const [state, events] = translateLive(this.#state, event);
    this.#state = state;
    for (const each of events) this.#setup.context.push(each);
    this.#checkOver();
  }

  #checkOver(): void {
    const { isOver, isEnding } = this.#state;
    if (isOver && this.#steering === 0) this.#over.resolve();
    if (isEnding && !this.#hasEnded) this.#ending ??= setTimeout(this.#over.resolve, BOUNDS.liveServer.beginMs);
    else this.#stopWaiting();
  }

  #stopWaiting(): void {
    clearTimeout(this.#ending);
    this.#ending = undefined;
  }

  /** opencode begins with a prompt some time after it took it, and has nothing to abort before (0.5 s seen in 1.18.33). */
  async #begun(): Promise<void> {
    for (let waitedMs = 0; waitedMs < BEGIN_LIMIT_MS; waitedMs += CHECK_MS) {
      if (this.#state.hasBegun || this.#state.isOver) return;
      await delay(CHECK_MS);
    }
  }

  /**
   * Ends the turn and its commands, also those of sub-agents and those that left their process group, and nothing of
   * other turns. opencode waits 3 s for a command that ignores its signal (1.18.33): such commands are killed before.
   */
  async #halt(): Promise<void> {
    const { server, state } = this.#setup;
    await this.#begun();
    const abort = { method: "POST", path: `/session/${state.session}/abort`, directory: state.directory } as const;
    let isSettled = false;
    const aborting = async (): Promise<void> => {
      // A turn that cannot be aborted ends with its server.
      if ((await ifKnown(server.client.send(abort))) === undefined) await endsWithin(server.gone, ENDING_MS);
    };
    const settled = Promise.allSettled([Promise.race([aborting(), server.gone])]).then(() => {
      isSettled = true;
    });
    await Promise.race([settled, delay(ABORT_GRACE_MS)]);
    for (let isClean = false; !isClean; ) {
      const hadSettled = isSettled;
      const sweeps = [...this.#state.sessions].map((id) =>
        endMarkedProcesses(id, { limitMs: SWEEP_MS, variable: SESSION_MARK }),
      );
      isClean = (await Promise.all(sweeps)).every(Boolean) && hadSettled;
      if (!isSettled) await Promise.race([settled, delay(SWEEP_MS)]);
    }
  }
}

const endedUnseen = (sessionID: string): LiveEvent[] => [
  { type: "session.error", properties: { sessionID, error: "opencode ended the turn without a word." } },
  { type: "session.idle", properties: { sessionID } },
];

/** Rules that no permission for the session covers. */
const denialsOf = ({ deny, deny_paths, deny_tools }: OpencodeOptions) => ({ deny, deny_paths, deny_tools });
