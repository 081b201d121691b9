import type { ShownEvent } from "../../../src/domain/events.ts";
import type { RunOutput } from "../../../src/engine/driver.ts";
import type { CodexLine } from "../schema.ts";
import { type CodexState, initial, outcome, translate } from "../translate.ts";
import { runUsage } from "../usage.ts";
import { toExecLine, toThreadTokens } from "./lines.ts";
import type { SubAgents } from "./sub-agents.ts";
import type { EndedTurn, FileUpdate, Notification, Tokens, TokenUsage } from "./wire.ts";

export interface TurnPlace {
  readonly thread: string;
  readonly cwd: string;
  /** Their usage counts for the run. */
  readonly agents: SubAgents;
}

/** From a turn's notifications to events, by the rules of `codex exec`; the answer is told while it is written. */
export class TurnReader {
  readonly #output: RunOutput;
  readonly #agents: SubAgents;
  #state: CodexState;
  /** Totals of the thread: before the turn, and now. */
  #before: Tokens | undefined;
  #total: Tokens | undefined;
  #contextFill: number | undefined;
  /** The message that is being written. */
  #writing = { id: "", text: "" };
  /** Answers to messages before the last one that was added. */
  readonly #kept: string[] = [];
  readonly #commentary = new Set<string>();
  readonly #changes = new Map<string, readonly FileUpdate[]>();

  constructor({ thread, cwd, agents }: TurnPlace, output: RunOutput) {
    this.#output = output;
    this.#agents = agents;
    this.#state = { ...initial, cwd: cwd.replace(/\/+$/, "") || undefined };
    this.#translate({ type: "thread.started", thread_id: thread });
  }

  /** The changes of an item; empty for one that is not a file change. */
  changesOf(itemId: string): readonly FileUpdate[] {
    return this.#changes.get(itemId) ?? [];
  }

  /** Another turn of the same run begins: its tokens are counted with those before. */
  nextTurn(): void {
    this.#state = { ...initial, cwd: this.#state.cwd, thread: this.#state.thread };
    this.#writing = { id: "", text: "" };
    this.#kept.length = 0;
  }

  /** Gives true for the end of the turn: its outcome was told. */
  read(notification: Notification): boolean {
    const { method, params } = notification;
    switch (method) {
      case "item/agentMessage/delta":
        this.#write(params.itemId, params.delta);
        return false;
      case "thread/tokenUsage/updated":
        this.#count(params.tokenUsage);
        return false;
      case "turn/completed":
        this.#end(params.turn);
        return true;
      case "item/started":
        if (params.item?.type === "userMessage") this.#keepAnswer();
        if (params.item?.type === "fileChange") this.#changes.set(params.item.id, params.item.changes);
        if (params.item?.type === "agentMessage" && params.item.phase === "commentary") {
          this.#commentary.add(params.item.id);
        }
        break;
      default:
        break;
    }
    const line = toExecLine(notification);
    if (line !== undefined) this.#translate(line);
    return false;
  }

  /** The turn is over, and codex did not say so. */
  finish(): void {
    if (this.#state.answer === "") this.#push({ ...this.#outcome(), error: "Codex ended the turn without a word." });
    else this.#translate({ type: "turn.completed" });
  }

  #write(id: string, delta: string): void {
    if (this.#commentary.has(id)) return;
    const text = this.#writing.id === id ? this.#writing.text + delta : delta;
    this.#writing = { id, text };
    this.#output.push({ type: "text", engine: "codex", text: this.#withKept(text) });
  }

  /** A message that was added after an answer asks for another: both are for the person. */
  #keepAnswer(): void {
    if (this.#state.held === undefined) return;
    this.#kept.push(this.#state.answer);
    this.#state = { ...this.#state, answer: "", held: undefined };
    this.#writing = { id: "", text: "" };
  }

  #withKept(text: string): string {
    return [...this.#kept, text].filter(Boolean).join("\n\n");
  }

  /** The thread's totals come after each call of the model, together with what that call took. */
  #count({ total, last, modelContextWindow }: TokenUsage): void {
    if (modelContextWindow) {
      this.#contextFill = Math.min(1, (last.inputTokens + last.outputTokens) / modelContextWindow);
    }
    this.#before ??= addTokens(total, last, -1);
    this.#total = total;
  }

  #end({ status, error }: EndedTurn): void {
    const said = error?.message;
    if (status === "completed") this.#translate({ type: "turn.completed" });
    else if (status !== "failed") this.#push({ ...this.#outcome(), error: said || "The turn was interrupted." });
    else this.#translate({ type: "turn.failed", error: { message: said || "The turn failed." } });
  }

  /** The usage of a turn is known however it ended. */
  #push(event: ShownEvent): void {
    if (event.type !== "completed") {
      this.#output.push(event);
      return;
    }
    const total = this.#total && this.#agents.calls.reduce((sum, call) => addTokens(sum, call), this.#total);
    const usage = this.#before && total && runUsage(toThreadTokens(this.#before), toThreadTokens(total));
    const fill = this.#contextFill === undefined ? {} : { contextFill: this.#contextFill };
    const used = usage && { usage: { ...usage, ...fill } };
    this.#output.push({ ...event, answer: this.#withKept(event.answer), ...used });
  }

  /** A message that was cut off is an answer too, as far as it got. */
  #outcome(): ReturnType<typeof outcome> {
    const sofar = outcome(this.#state);
    return { ...sofar, answer: sofar.answer || this.#writing.text };
  }

  #translate(line: CodexLine): void {
    const [state, events] = translate(this.#state, line);
    this.#state = state;
    for (const event of events) this.#push(event);
  }
}

const addTokens = (one: Tokens, other: Tokens, sign: 1 | -1 = 1): Tokens => ({
  inputTokens: one.inputTokens + sign * other.inputTokens,
  cachedInputTokens: one.cachedInputTokens + sign * other.cachedInputTokens,
  cacheWriteInputTokens: one.cacheWriteInputTokens + sign * other.cacheWriteInputTokens,
  outputTokens: one.outputTokens + sign * other.outputTokens,
  reasoningOutputTokens: one.reasoningOutputTokens + sign * other.reasoningOutputTokens,
});
