import { setTimeout as delay } from "node:timers/promises";
import type { Completed, ShownEvent } from "../../../src/domain/events.ts";
import type { Attachment } from "../../../src/domain/run.ts";
import type { Exit } from "../../../src/engine/define.ts";
import type { RunContext } from "../../../src/engine/driver.ts";
import { readImages } from "../../../src/engine/images.ts";
import { OpenQuestions } from "../../../src/engine/open-questions.ts";
import { warningOf } from "../../../src/engine/warning.ts";
import { withResolvers } from "../../../src/engine/with-resolvers.ts";
import { EngineError } from "../../../src/errors.ts";
import { end, toOutcome, toRefusal } from "../outcome.ts";
import { ENGINE, type Outcome, type PiState, toCompleted, withKept } from "../state.ts";
import { ask } from "./dialogs.ts";
import type { PiPeer, PiSaid } from "./protocol.ts";
import { Accepted, type LiveLine, SessionState, SessionStats } from "./schema.ts";
import { addText, firstTurn, isAttemptOver, type TurnState, translateLine } from "./translate.ts";

/** How long pi may take from one state to another of which it tells nothing. */
const RECHECK_MS = 150;

export interface TurnRequest {
  readonly peer: PiPeer;
  readonly state: PiState;
  readonly context: RunContext;
  readonly images?: readonly Attachment[];
}

/** One prompt to an idle pi, until pi is idle again. */
export class Turn {
  readonly #over = withResolvers();
  /** Resolves when `completed` was emitted. */
  readonly over = this.#over.promise;
  readonly #peer: PiPeer;
  readonly #context: RunContext;
  readonly #images: readonly Attachment[];
  readonly #questions: OpenQuestions;
  readonly #accepted = withResolvers();
  #state: TurnState;
  #isAsked = false;
  #isOver = false;
  #isCut = false;
  /** This pi says by itself when it has settled. */
  #settles = false;
  /** Grows with each line that speaks of work, so that an older look at pi's state does not count. */
  #moves = 0;

  constructor({ peer, state, context, images = [] }: TurnRequest) {
    this.#peer = peer;
    this.#state = firstTurn(state);
    this.#context = context;
    this.#images = images;
    this.#questions = new OpenQuestions(ENGINE, context);
  }

  /** Hands the prompt over. Never rejects: a refusal is the turn's outcome. */
  async begin(message: string): Promise<void> {
    if (this.#isCut) return this.#finish({ ok: false, error: "pi was not asked." });
    this.#isAsked = true;
    this.#context.ready({
      interrupt: true,
      steer: (text, images) => this.#steer(text, images),
      answer: async (questionId, reply) => this.#questions.answer(questionId, reply),
    });
    try {
      const prompt = { message, ...(await toImages(this.#images)) };
      const { disposition } = await this.#peer.call("prompt", prompt, Accepted, Number.POSITIVE_INFINITY);
      this.#accepted.resolve();
      this.#settles ||= disposition !== undefined;
      if (disposition === "handled") this.#finishHandled();
      else if (disposition === undefined) await this.#checkEnd();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // If pi has ended, its exit tells more.
      if (!this.#peer.hasClosed()) this.#finish(toRefusal(error.message));
    }
  }

  hear(said: PiSaid): void {
    if ("text" in said) this.#step(addText(this.#state, said.text));
    else this.#hearLine(said.line);
  }

  #hearLine(line: LiveLine): void {
    if (line.type === "extension_ui_request") ask(this.#questions, line, this.#peer);
    else if (line.type !== "queue_update") this.#moves += 1;
    if (line.type === "agent_settled") this.#settles = true;
    // Before the agent started there was nothing to abort.
    if (line.type === "agent_start" && this.#isCut) this.#peer.tell("abort");
    this.#step(translateLine(this.#state, line));
    if (!this.#settles && isAttemptOver(this.#state, line)) void this.#checkEnd();
  }

  /** pi has exited: what is not over by now never will be. */
  gone(exit: Exit): void {
    this.#complete(end(this.#state.run, exit));
  }

  async #steer(message: string, images: readonly Attachment[]): Promise<void> {
    await this.#accepted.promise;
    if (this.#isOver) throw new EngineError("pi is done with this task.");
    await this.#peer.call("steer", { message, ...(await toImages(images)) }, Accepted);
  }

  /** Asks pi to end the turn; wait for `over`. */
  cut(): void {
    this.#isCut = true;
    // While a dialog is open pi does not come to the abort.
    this.#questions.close();
    if (!this.#isAsked) return;
    // Else added messages would open the next turn. Old pi does not know the command, and says so.
    this.#peer.tell("clear_queue");
    this.#peer.tell("abort");
  }

  /** Looks whether pi is idle: old pi does not say when it is. */
  async #checkEnd(): Promise<void> {
    const moves = this.#moves;
    for (let looks = 1; ; looks += 1) {
      const pi = await this.#peer.call("get_state", {}, SessionState).catch(() => undefined);
      const { phase } = this.#state.run;
      if (pi === undefined || phase === "working" || this.#isOver || this.#moves !== moves) return;
      // After a compaction pi continues with messages that wait, a moment later.
      const isIdle = !pi.isStreaming && !pi.isCompacting && (pi.pendingMessageCount === 0 || looks > 1);
      if (isIdle) return phase === "waiting" ? this.#finishHandled() : this.#finishIdle();
      await delay(RECHECK_MS);
    }
  }

  /** Prompts that begin with `/` may be commands of extensions, which need no model. */
  #finishHandled(): void {
    const run = { ...this.#state.run, answer: "An extension of pi took this message." };
    this.#complete(toCompleted(run, { ok: true }));
  }

  #finishIdle(): void {
    if (this.#state.waiting.length > 0) this.#context.push(LATE);
    this.#finish(toOutcome(this.#state.run));
  }

  #finish(outcome: Outcome): void {
    this.#complete(toCompleted(this.#state.run, outcome));
  }

  #step([state, events]: readonly [TurnState, readonly ShownEvent[]]): void {
    this.#state = state;
    for (const event of events) {
      if (event.type === "completed") this.#complete(event);
      else this.#context.push(event);
    }
  }

  #complete(outcome: Completed): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#questions.close();
    const { run, draft } = this.#state;
    const answer = run.answer === "" ? withKept(run, draft) || outcome.answer : outcome.answer;
    this.#accepted.resolve();
    void this.#tell({ ...outcome, answer });
  }

  /** A pi that has ended refuses the question at once. */
  async #tell(outcome: Completed): Promise<void> {
    const { usage } = outcome;
    const stats = usage && (await this.#peer.call("get_session_stats", {}, SessionStats).catch(() => undefined));
    const percent = stats?.contextUsage?.percent ?? undefined;
    const filled =
      usage && percent !== undefined ? { usage: { ...usage, contextFill: Math.min(1, percent / 100) } } : {};
    this.#context.push({ ...outcome, ...filled });
    this.#over.resolve();
  }
}

async function toImages(attachments: readonly Attachment[]): Promise<object> {
  if (attachments.length === 0) return {};
  const images = await readImages(attachments);
  return { images: images.map(({ mime: mimeType, base64: data }) => ({ type: "image", mimeType, data })) };
}

const LATE = warningOf(
  ENGINE,
  "late",
  "pi was done before it read the added message, and will read it with the next one",
);
