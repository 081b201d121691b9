import type { Bridge } from "../bridge/bridge.ts";
import { checkFiles } from "../bridge/file-limits.ts";
import type { ScheduleClock } from "../bridge/schedules.ts";
import type { Config } from "../config/config.ts";
import { assertNever } from "../domain/events.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError, userText } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { type Answer, Answers, quietly, refOf } from "./answers.ts";
import type { CardReplyParts } from "./card-reply.ts";
import { Deferred } from "./deferred.ts";
import { stopDraft } from "./draft-stop.ts";
import { applyEdit } from "./edit.ts";
import { Hearing, type Transcribe, tellHeard } from "./hear.ts";
import { type DraftStop, type Incoming, originOf, type Press, type Received } from "./incoming.ts";
import { Intake, tellSetAside, type Update } from "./intake.ts";
import { classify, classifyHeard, type Intent } from "./intent.ts";
import { intentParts } from "./intent-parts.ts";
import { type Group, Joiner, mayHaveSequel } from "./join.ts";
import { refusalOf } from "./make-default.ts";
import { keepForward, Once, refuseAttachment } from "./once.ts";
import { carryOut, orderIn } from "./order.ts";
import { answerPress } from "./press.ts";
import { put, putWords, type Sent } from "./put.ts";
import { NONE, type SubmitParts, submit } from "./submit.ts";
import type { Transport } from "./transport.ts";

export interface DispatchParts {
  readonly config: () => Config;
  readonly engines: readonly Engine[];
  readonly engineOverride: string | undefined;
  readonly store: Store;
  readonly bridge: Bridge;
  readonly schedules: ScheduleClock;
  readonly transport: Transport;
  readonly transcribe: Transcribe;
  readonly cards: CardReplyParts["cards"];
  /** Without `@`. */
  readonly botName: string;
  /** There are replies in the store. */
  readonly deliver: () => void;
  readonly log: Logger;
  readonly now: () => number;
}

/** From updates to runs, replies and presses. Nothing here waits: handlers return before anything has run. */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #joiner: Joiner;
  readonly #intake: Intake;
  readonly #deferred: Deferred;
  readonly #answers: Answers;
  readonly #submitParts: SubmitParts;
  readonly #once: Once;
  readonly #hearing = new Hearing();
  readonly #closed = new AbortController();

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#intake = new Intake(parts);
    this.#deferred = new Deferred(parts.log);
    this.#once = new Once(monotonic);
    this.#answers = new Answers(parts, this.#deferred);
    const guard: SubmitParts["guard"] = (group, work) => void this.#guard(group.first, work, group.updateIds);
    this.#submitParts = { ...parts, deferred: this.#deferred, guard };
    this.#joiner = new Joiner({
      windowMs: () => (parts.config().telegram?.forward_coalesce_s ?? 1) * 1000,
      albumMs: () => (parts.config().telegram?.media_group_debounce_s ?? 1) * 1000,
      submit: (group) => this.#submit(group),
      takeBack: (runId) => void parts.bridge.job(runId)?.takeBack(),
      hold: (forward) => this.#hold(forward),
      now: monotonic,
    });
  }

  /** Stores a batch, then handles it. Once this returned, the batch may be confirmed to the transport. */
  receive(updates: readonly Update[]): void {
    const fresh = this.#parts.store.durably(() => updates.flatMap((update) => this.#intake.accept(update) ?? []));
    this.#parts.log.debug({ updates: updates.length, fresh: fresh.length }, "updates.stored");
    this.#handle(fresh);
    this.#parts.deliver();
  }

  /** Handles what the last bridge stored and did not get to. */
  recover(): void {
    const waiting = this.#parts.store.updates.waiting();
    this.#handle(waiting.flatMap(({ id, body }) => this.#intake.read({ id, body: JSON.parse(body) }) ?? []));
  }

  /** Lets go of prompts that wait for more, so that they are stored as runs. */
  close(): void {
    this.#closed.abort();
    this.#joiner.flush();
  }

  /** Resolves when nothing is left of what handlers began. */
  idle(): Promise<void> {
    return this.#deferred.idle();
  }

  #handle(batch: readonly Received[]): void {
    const parts = intentParts(batch, this.#parts, this.#joiner);
    for (const received of batch) this.#guard(originOf(received), () => this.#carryOut(classify(received, parts)));
    this.#joiner.settle();
  }

  #carryOut(intent: Intent): void {
    const { store, bridge } = this.#parts;
    const answers = this.#answers;
    // A message that is no task must come after the messages that were sent before it.
    if ("message" in intent && !isPartOfTask(intent)) this.#joiner.flushFor(intent.message);
    switch (intent.type) {
      case "task":
      case "forward":
        this.#joiner.add(intent.message);
        break;
      case "voice":
        this.#hear(intent.message);
        break;
      case "queued":
        this.#joiner.addQueued({ ...intent.message, text: intent.text });
        break;
      case "press":
        answerPress(intent.press, { ...this.#parts, answers });
        store.updates.handled(intent.press.updateId);
        break;
      case "stop":
        stopDraft(intent.stop, bridge);
        store.updates.handled(intent.stop.updateId);
        break;
      case "command":
      case "cardReply":
        if (mayHaveSequel(intent.message)) this.#joiner.add(intent.message);
        else carryOut(intent, { ...this.#parts, answers });
        break;
      case "edit":
        answers.give(intent.message, quietly(applyEdit(intent, this.#parts)));
        break;
      case "attachment":
        answers.give(intent.message, quietly(refuseAttachment(intent.message, this.#once)));
        break;
      case "nothing":
        answers.give(intent.message, undefined);
        break;
      default:
        assertNever(intent);
    }
  }

  #submit(group: Group): string | undefined {
    const { first, updateIds } = group;
    const runId = this.#guard(first, () => this.#use(group), updateIds);
    tellHeard(group.spoken, runId, this.#answers);
    return runId;
  }

  #use(group: Group): string | undefined {
    const order = orderIn(group, intentParts([], this.#parts, this.#joiner));
    if (!order) return this.#put(group) ? undefined : submit(group, this.#submitParts);
    carryOut(order, { ...this.#parts, answers: this.#answers }, group.updateIds);
    return undefined;
  }

  /** Stores the files, if that is what they came for; the updates count as handled when the files are there. */
  #put(sent: Sent): boolean {
    const { first, updateIds } = sent;
    const words = putWords(sent, this.#parts.config());
    if (words === undefined) return false;
    const give = (told: string) => this.#answers.give(first, quietly(told), updateIds);
    const settle = (work: () => string) => void this.#guard(first, () => give(work()), updateIds);
    this.#deferred.add(put(sent, words, { ...this.#parts, signal: this.#closed.signal, settle }));
    return true;
  }

  #hear(message: Incoming): void {
    const { signal } = this.#closed;
    const use = (heard: Incoming) => {
      this.#guard(heard, () => this.#carryOut(classifyHeard(heard, this.#parts)));
      this.#joiner.settle();
    };
    const tell = (answer: Answer) => this.#guard(message, () => this.#answers.give(message, answer));
    this.#deferred.add(this.#hearing.hear(message, { ...this.#parts, signal, use, tell }));
  }

  #hold(forward: Incoming): void {
    this.#guard(forward, () => {
      const { chatId, topicId = NONE, userId = NONE, messageId, text, files = [] } = forward;
      checkFiles(files, forward.userId, this.#parts.config());
      if (this.#put({ first: forward, ownText: "", files, updateIds: [forward.updateId] })) return;
      const held = { chatId, topicId, userId, messageId, text, files, receivedAt: this.#parts.now() };
      this.#parts.store.conversations.hold(held);
      this.#answers.give(forward, quietly(keepForward(forward, this.#once)));
      if (forward.isSpoken) tellHeard([forward], undefined, this.#answers);
    });
  }

  /** An update whose handling throws is tried again, and set aside after three tries; the others continue. */
  #guard<T>(
    origin: Incoming | Press | DraftStop,
    work: () => T,
    updateIds: readonly number[] = [origin.updateId],
  ): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError)) {
        this.#failed({
          origin,
          error,
          updateIds,
          again: () => {
            this.#guard(origin, work, updateIds);
            this.#joiner.settle();
          },
        });
      } else if (!("text" in origin)) this.#parts.store.updates.handled(origin.updateId);
      else this.#answers.give(origin, refusalOf(error, origin, this.#parts), updateIds);
      return undefined;
    }
  }

  #failed({ origin, error, updateIds, again }: Failure): void {
    const { store, log, deliver, transport } = this.#parts;
    const ref = refOf(origin.updateId);
    log.error({ err: error, ref }, "update.failed");
    const isAside = store.transaction(() => {
      if (!updateIds.map((id) => store.updates.failed(id)).some(Boolean)) return false;
      if ("text" in origin) this.#answers.give(origin, userText(error, ref), []);
      for (const id of updateIds) store.updates.setAside(id);
      if (origin.chatId !== transport.mainChat) tellSetAside(ref, this.#parts);
      return true;
    });
    if (isAside) deliver();
    else setTimeout(again, RETRY_MS).unref();
  }
}

const isPartOfTask = ({ type }: Intent) => type === "task" || type === "forward" || type === "cardReply";

const RETRY_MS = 1_000;

interface Failure {
  readonly origin: Incoming | Press | DraftStop;
  readonly error: unknown;
  readonly updateIds: readonly number[];
  readonly again: () => void;
}

const monotonic = () => performance.now();
