import type { ShownEvent } from "../../../src/domain/events.ts";
import { ended, step, toAction, toStep } from "../items.ts";
import { toExecLine } from "./lines.ts";
import type { KnownItem, Notification, Tokens } from "./wire.ts";

interface Agent {
  readonly name: string;
  /** The turn that it works on; undefined between turns. */
  turn: string | undefined;
}

/** The agents that work for a turn, each in its own thread (`features.multi_agent_v2` of 0.169.0). */
export class SubAgents {
  readonly #push: (event: ShownEvent) => void;
  readonly #cwd: string | undefined;
  readonly #agents = new Map<string, Agent>();
  /** The tokens of each call that they made. */
  readonly calls: Tokens[] = [];

  constructor(cwd: string | undefined, push: (event: ShownEvent) => void) {
    this.#cwd = cwd;
    this.#push = push;
  }

  get threads(): readonly string[] {
    return [...this.#agents.keys()];
  }

  get active(): readonly { readonly thread: string; readonly turn: string }[] {
    return [...this.#agents].flatMap(([thread, { turn }]) => (turn === undefined ? [] : [{ thread, turn }]));
  }

  /** Takes the parent thread's report about an agent. */
  tell({ agentThreadId, agentPath, kind }: Extract<KnownItem, { type: "subAgentActivity" }>): void {
    const name = agentPath.split("/").at(-1) || "sub-agent";
    const known = this.#agents.get(agentThreadId);
    if (known === undefined) this.#agents.set(agentThreadId, { name, turn: undefined });
    if (known !== undefined && kind === "started") return;
    const action = toAction(`agent ${agentThreadId}`, "subagent", name);
    const isOver = kind === "completed" || kind === "interrupted";
    this.#push(isOver ? ended(action, kind === "completed") : step(action, kind === "started" ? "started" : "updated"));
  }

  /** Takes what is said in an agent's own thread: its steps are shown as those of a sub-agent. */
  hear(thread: string, notification: Notification): void {
    const { method, params } = notification;
    const agent = this.#agents.get(thread) ?? { name: "sub-agent", turn: undefined };
    this.#agents.set(thread, agent);
    if (method === "turn/started") agent.turn = params.turn.id;
    if (method === "turn/completed") agent.turn = undefined;
    if (method === "thread/tokenUsage/updated") this.calls.push(params.tokenUsage.last);
    if (method === "item/started" || method === "item/completed") this.#show(agent, toExecLine(notification));
  }

  #show({ name }: Agent, line: ReturnType<typeof toExecLine>): void {
    if (line?.type !== "item.started" && line?.type !== "item.completed") return;
    const { item } = line;
    if (item.type === "agent_message" || item.type === "reasoning") return;
    const shown = toStep(item, line.type === "item.started" ? "started" : "completed", this.#cwd);
    if (shown === undefined) return;
    const { id, title, detail } = shown.action;
    this.#push({ ...shown, action: toAction(`${name} ${id}`, "subagent", `${name}: ${title}`, detail) });
  }
}
