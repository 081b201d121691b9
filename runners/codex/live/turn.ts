import { z } from "zod";
import type { Goal } from "../../../src/domain/goal.ts";
import type { Reply } from "../../../src/domain/question.ts";
import type { Attachment } from "../../../src/domain/run.ts";
import type { RunRequest } from "../../../src/engine/contract.ts";
import type { RunContext } from "../../../src/engine/driver.ts";
import type { RequestId } from "../../../src/engine/json-rpc.ts";
import { OpenQuestions } from "../../../src/engine/open-questions.ts";
import { readOutputSchema } from "../../../src/engine/output-schema.ts";
import { withResolvers } from "../../../src/engine/with-resolvers.ts";
import { EngineError } from "../../../src/errors.ts";
import type { CodexOptions } from "../options.ts";
import { GoalKeeper } from "./goal-keeper.ts";
import { endCommands, interruptTurn } from "./interrupt.ts";
import { toAsking } from "./questions.ts";
import type { ServerRequest } from "./requests.ts";
import type { CodexServer, ThreadListener } from "./server.ts";
import { SubAgents } from "./sub-agents.ts";
import { TurnReader } from "./turn-reader.ts";
import type { Notification } from "./wire.ts";

const turnStarted = z.object({ turn: z.object({ id: z.string() }) });

/** How long the end of a turn may come after its thread is idle; it comes at once. */
const IDLE_LIMIT_MS = 2000;

export interface TurnSetup {
  readonly server: CodexServer;
  /** Loaded. */
  readonly thread: string;
  readonly request: RunRequest & { readonly options: CodexOptions };
  readonly context: RunContext;
  /** The thread's own goal, if it is to be continued after the prompt. */
  readonly continued?: Goal | undefined;
}

/** One turn of a loaded thread, or all that a goal begins. */
export class Turn implements ThreadListener {
  readonly #setup: TurnSetup;
  readonly #reader: TurnReader;
  readonly #questions: OpenQuestions;
  readonly #agents: SubAgents;
  readonly #goal: GoalKeeper | undefined;
  #id: string | undefined;
  /** Resolves when codex has the reason of a refusal, which comes before it: the model reads both at once. */
  #explained: Promise<void> = Promise.resolve();
  #isOver = false;
  #idleTimer: NodeJS.Timeout | undefined;
  readonly #ended = withResolvers();

  constructor(setup: TurnSetup) {
    this.#setup = setup;
    const { thread, request, context } = setup;
    this.#questions = new OpenQuestions("codex", context);
    this.#agents = new SubAgents(request.cwd, (event) => context.push(event));
    this.#goal = this.#keepGoal();
    this.#reader = new TurnReader({ thread, cwd: request.cwd, agents: this.#agents }, this.#goal ?? context);
  }

  #keepGoal(): GoalKeeper | undefined {
    const { server, thread, request, context, continued } = this.#setup;
    const { goal, goalBudget, prompt: objective } = request.spec;
    const terms = continued ? { isResumed: true, tokenBudget: continued.tokenBudget ?? goalBudget } : goal;
    if (terms === undefined) return undefined;
    const over = () => this.#over();
    const { peer } = server;
    return new GoalKeeper({ peer, thread, objective, terms, output: context, cut: () => this.#cut(), over });
  }

  /** Resolves when the turn has ended, and its commands with it. @throws EngineError if the server ends first. */
  async run(): Promise<void> {
    const { server, thread, request, context } = this.#setup;
    const { stopped } = context;
    const { runId } = request.spec;
    const stopListening = server.listen(thread, this);
    const outlived = request.host.guard.add(runId, server.mark.pid);
    const interrupt = (): void => void this.#interrupt();
    stopped.addEventListener("abort", interrupt);
    try {
      await this.#begin();
      context.ready({
        interrupt: true,
        steer: (text, images) => this.#steer(text, images),
        answer: (questionId, reply) => this.#answer(questionId, reply),
      });
      if (stopped.aborted) interrupt();
      await Promise.race([this.#ended.promise, server.peer.closed]);
      if (!this.#isOver) throw new EngineError("Codex's server has ended.");
    } finally {
      this.#isOver = true;
      clearTimeout(this.#idleTimer);
      this.#goal?.close();
      stopped.removeEventListener("abort", interrupt);
      this.#interruptAgents();
      const ofAll = [thread, ...this.#agents.threads].map((threadId) =>
        endCommands(server.peer, { threadId, runId, isStopped: stopped.aborted }),
      );
      await Promise.all(ofAll);
      server.letGo(this.#agents.threads);
      outlived();
      stopListening();
    }
  }

  async #begin(): Promise<void> {
    if (this.#goal && !this.#setup.continued) return this.#goal.begin();
    this.#goal?.turnBegan();
    const { turn } = await this.#setup.server.peer.call("turn/start", this.#params(), turnStarted);
    // A turn of a goal may be over by now.
    if (this.#goal?.isTurnOpen !== false) this.#id = turn.id;
    await this.#goal?.begin();
  }

  /** A goal is paused first, else it would begin another turn. */
  async #interrupt(): Promise<void> {
    await this.#goal?.pause();
    this.#cut();
  }

  #cut(): void {
    const { server, thread } = this.#setup;
    if (this.#id !== undefined) void interruptTurn(server.peer, thread, this.#id);
    this.#interruptAgents();
  }

  /** Nothing of a run works on when the run is over. */
  #interruptAgents(): void {
    const { peer } = this.#setup.server;
    for (const { thread, turn } of this.#agents.active) void interruptTurn(peer, thread, turn);
  }

  /** @throws EngineError if there is no turn to add to. */
  async #steer(text: string, images: readonly Attachment[] = []): Promise<void> {
    if (this.#id === undefined || this.#isOver) throw new EngineError("There is no turn to add this to.");
    const { server, thread } = this.#setup;
    const params = { threadId: thread, input: toInput(text, images), expectedTurnId: this.#id };
    await server.peer.call("turn/steer", params, z.unknown());
  }

  async #answer(questionId: string, reply: Reply): Promise<boolean> {
    if (this.#isOver || !this.#questions.isOpen(questionId)) return false;
    const reason = reply.type === "deny" ? reply.reason : undefined;
    this.#explained = reason ? this.#steer(`I denied that: ${reason}`).catch(() => {}) : Promise.resolve();
    this.#questions.answer(questionId, reply);
    await this.#explained;
    return true;
  }

  notified(notification: Notification): void {
    const { method, params } = notification;
    if (method === "serverRequest/resolved") this.#questions.withdraw(params.requestId);
    if (params.threadId && params.threadId !== this.#setup.thread) {
      this.#agents.hear(params.threadId, notification);
      return;
    }
    this.#goal?.heard(notification);
    if (method === "turn/started" && this.#id === undefined) {
      this.#id = params.turn.id;
      this.#goal?.turnBegan();
    }
    if (method === "item/started" && params.item?.type === "subAgentActivity") {
      this.#setup.server.adopt(params.item.agentThreadId, this.#setup.thread);
      this.#agents.tell(params.item);
    }
    if (this.#isOver || this.#isOfAnother(notification)) return;
    if (method === "thread/status/changed") this.#watchIdle(params.status.type === "idle");
    else if (this.#reader.read(notification)) this.#end();
  }

  asked(id: RequestId, request: ServerRequest): void {
    const { server } = this.#setup;
    const itemId = "itemId" in request.params ? request.params.itemId : "";
    const asking = toAsking(String(id), request, this.#reader.changesOf(itemId));
    if (this.#isOver) server.peer.answer(id, asking.toAnswer([]));
    else this.#questions.ask(id, asking, (answer) => void this.#explained.then(() => server.peer.answer(id, answer)));
  }

  #end(): void {
    clearTimeout(this.#idleTimer);
    if (this.#goal && !this.#goal.isOver) {
      this.#id = undefined;
      this.#reader.nextTurn();
    } else this.#over();
  }

  #over(): void {
    this.#isOver = true;
    this.#ended.resolve();
  }

  /** The end of a turn can be lost: a thread that stays idle has come to it. */
  #watchIdle(isIdle: boolean): void {
    clearTimeout(this.#idleTimer);
    if (!isIdle || this.#id === undefined) return;
    this.#idleTimer = setTimeout(() => {
      this.#reader.finish();
      this.#end();
    }, IDLE_LIMIT_MS);
  }

  /** A turn before this one may still have something to say, as of a command that was killed. */
  #isOfAnother({ params }: Notification): boolean {
    const turn = "turnId" in params ? params.turnId : "turn" in params ? params.turn.id : this.#id;
    return turn !== this.#id;
  }

  #params(): object {
    const { thread, request } = this.#setup;
    const { reasoning_effort: effort, reasoning_summary: summary, output_schema } = request.options;
    const outputSchema = output_schema === undefined ? undefined : readOutputSchema(output_schema);
    const input = toInput(request.spec.prompt, request.spec.attachments);
    return { threadId: thread, input, effort, summary, outputSchema };
  }
}

const toInput = (text: string, images: readonly Attachment[]): object[] => [
  { type: "text", text, text_elements: [] },
  ...images.map(({ path }) => ({ type: "localImage", path })),
];
