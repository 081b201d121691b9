import { clean } from "../chat/markdown/clean.ts";
import { tableTime } from "../domain/moment.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Store } from "../store/store.ts";
import { formatColumns } from "./terminal.ts";

/** Questions of engines, the newest first. */
export function readApprovals(store: Store, limit: number, chatId: string | undefined): Approvals {
  return store.questions.recent(limit, chatId).flatMap((stored) => {
    const run = store.runs.get(stored.runId);
    return run ? [{ ...stored, engine: run.engine, project: run.project }] : [];
  });
}

type Approvals = readonly (StoredQuestion & { readonly engine: string; readonly project: string | null })[];

/** For machines: all that is known but the texts that were read before deciding; of commands, the command. */
export function toApprovalFacts(approvals: Approvals): object[] {
  return approvals.map(({ question, cardId: _card, cardState: _state, ...facts }) => ({
    ...facts,
    ...("command" in question && { command: question.command }),
    ...("cwd" in question && { cwd: question.cwd }),
    ...("paths" in question && { paths: question.paths }),
  }));
}

/** For people: a line each. */
export function formatApprovals(approvals: Approvals): string {
  if (approvals.length === 0) return "No approvals yet.\n";
  const rows = approvals.map((one) => [
    tableTime(one.askedAt),
    outcomeOf(one),
    deciderOf(one),
    one.kind,
    one.engine,
    clean(one.title).replace(/\s+/g, " "),
  ]);
  return formatColumns([["when", "outcome", "by", "kind", "engine", "what"], ...rows]);
}

function outcomeOf({ state, reply, scope }: StoredQuestion): string {
  if (reply === null) return state;
  if (reply === "allow") return scope === "session" ? "allowed for session" : "allowed";
  return { deny: "denied", choose: "answered", text: "answered", dismiss: "dismissed" }[reply];
}

function deciderOf({ decidedBy, userId, userName }: StoredQuestion): string {
  if (decidedBy === "user") return `${clean(userName ?? "?").replace(/\s+/g, " ")} (${userId ?? "?"})`;
  return decidedBy ?? "-";
}
