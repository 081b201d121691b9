import { randomUUID } from "node:crypto";
import type { Completed } from "../../../src/domain/events.ts";
import type { Exit } from "../../../src/engine/define.ts";
import type { RunContext } from "../../../src/engine/driver.ts";
import { type Image, readImages } from "../../../src/engine/images.ts";
import { OpenQuestions } from "../../../src/engine/open-questions.ts";
import { withResolvers } from "../../../src/engine/with-resolvers.ts";
import { EngineError } from "../../../src/errors.ts";
import { end, toOutcome } from "../outcome.ts";
import type { ClaudeLine } from "../schema.ts";
import { type ClaudeState, ENGINE, toCompleted } from "../state.ts";
import { translate } from "../translate.ts";
import type { ClaudePeer, ClaudeSaid } from "./protocol.ts";
import { toAsking } from "./questions.ts";

export interface TurnSetup {
  readonly peer: ClaudePeer;
  readonly state: ClaudeState;
  readonly context: RunContext;
  readonly cwd: string;
}

/** One prompt, messages that are added to it, and work in the background, until claude is idle. */
export class Turn {
  readonly #setup: TurnSetup;
  /** Questions of the main turn, and of sub-agents. */
  readonly #questions: OpenQuestions;
  #state: ClaudeState;
  /** The answer as it is written. */
  #streamed = "";
  /** Messages that claude has and has not done with. */
  readonly #waiting = new Set<string>();
  #isCut = false;
  #isOver = false;
  readonly #over = withResolvers();
  /** Resolves when the outcome was told. */
  readonly over = this.#over.promise;

  constructor(setup: TurnSetup) {
    this.#setup = setup;
    this.#state = setup.state;
    this.#questions = new OpenQuestions(ENGINE, setup.context);
  }

  begin(prompt: string, images: readonly Image[]): void {
    if (this.#isCut) {
      this.#complete(toCompleted(this.#state, { ok: false, error: "claude was not asked." }));
      return;
    }
    this.#say(prompt, images);
    this.#setup.context.ready({
      interrupt: true,
      steer: async (text, images) => this.#steer(text, await readImages(images)),
      answer: async (questionId, reply) => this.#questions.answer(questionId, reply),
    });
  }

  hear(said: ClaudeSaid): void {
    if (said.type === "ask") this.#ask(said);
    else if (said.type === "withdrawn") this.#questions.withdraw(said.id);
    else if (said.line.type === "stream_event") this.#stream(said.line);
    else this.#read(said.line);
  }

  #ask({ id, ask }: Extract<ClaudeSaid, { type: "ask" }>): void {
    const { peer, cwd } = this.#setup;
    if (ask === undefined) peer.refuse(id, "This is not known here.");
    else this.#questions.ask(id, toAsking(id, ask, cwd), (answer) => peer.answer(id, answer));
  }

  /** Asks claude to end the turn, and drops what waits; wait for `over`. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#questions.close();
    this.#setup.peer.tell("interrupt", { cancel_queued: true });
  }

  /** claude has exited: what is not over by now never will be. */
  gone(exit: Exit): void {
    this.#complete(end(this.#state, exit));
  }

  #say(text: string, images: readonly Image[] = []): void {
    const uuid = randomUUID();
    this.#waiting.add(uuid);
    this.#setup.peer.say(text, uuid, images);
  }

  /** claude reads the message after the text that it is writing; a command that runs is ended for it. */
  #steer(text: string, images: readonly Image[]): void {
    if (this.#isOver || this.#isCut) throw new EngineError("claude is done with this task.");
    this.#say(text, images);
    const { open, background } = this.#state;
    const inBackground = [...background.values()];
    const isAtWork = [...open.keys()].some((id) => !inBackground.includes(id));
    // A claude that does not know it reads the message when the command has ended. Its answer may come after the turn.
    if (isAtWork) this.#setup.peer.tell("interrupt", {});
  }

  #read(line: ClaudeLine): void {
    if (line.type === "command_lifecycle" && line.state !== "queued" && line.state !== "started") {
      this.#waiting.delete(line.command_uuid);
    }
    const [state, events] = translate(this.#state, line);
    this.#state = state;
    if (line.type === "result") this.#streamed = "";
    for (const event of events) if (event.type !== "completed") this.#setup.context.push(event);
    const isIdle = line.type === "system" && line.subtype === "session_state_changed" && line.state === "idle";
    // A message that came too late for the turn begins another one.
    if (isIdle && (this.#isCut || (state.hasResult && this.#waiting.size === 0))) {
      this.#complete(toCompleted(state, toOutcome(state)));
    }
  }

  #stream({ parent_tool_use_id, event }: Extract<ClaudeLine, { type: "stream_event" }>): void {
    if (parent_tool_use_id) return;
    // After a break claude begins the same text again.
    if (event.type === "message_start") this.#streamed = "";
    if (event.delta?.text === undefined) return;
    this.#streamed += event.delta.text;
    const text = [...this.#state.answers, this.#streamed].join("\n\n");
    this.#setup.context.push({ type: "text", engine: ENGINE, text });
  }

  #complete(outcome: Completed): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#questions.close();
    this.#setup.context.push({ ...outcome, answer: outcome.answer || this.#streamed });
    this.#over.resolve();
  }
}
