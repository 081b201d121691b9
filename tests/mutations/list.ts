/** A promise of the program, and a change of its code that breaks it. */
export interface Mutation {
  readonly invariant: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** The files that should notice. */
  readonly tests: readonly string[];
}

export const mutations: readonly Mutation[] = [
  {
    invariant: "A run has one outcome, its last event",
    file: "src/engine/run-machine.ts",
    find: "if (this.#hasCompleted) return;\n    this.#hasCompleted = true;",
    replace: "this.#hasCompleted = true;",
    tests: ["tests/engine/run-machine.test.ts"],
  },
  {
    invariant: "The first reason to stop wins",
    file: "src/bridge/job.ts",
    find: "if (this.#stopped) return;\n    this.#stopped = reason;",
    replace: "this.#stopped = reason;",
    tests: ["tests/bridge/job.test.ts"],
  },
  {
    invariant: "Stop is stored before the engine hears of it",
    file: "src/bridge/job.ts",
    find: "keepStop(this.id, reason, this.#options);",
    replace: "",
    tests: ["tests/bridge/job.test.ts"],
  },
  {
    invariant: "A process is announced before anything is asked of it",
    file: "src/engine/live-process.ts",
    find: "command.announce({ ...child.mark, markId });",
    replace: "",
    tests: ["tests/runners/announced.test.ts"],
  },
  {
    invariant: "The tasks of a thread run one after another, in order",
    file: "src/bridge/scheduler.ts",
    find: "for (const { threads } of this.#running.values()) for (const thread of threads) blocked.add(thread);",
    replace: "",
    tests: ["tests/bridge/scheduler.test.ts"],
  },
  {
    invariant: "A chat's queue has a limit",
    file: "src/bridge/limits.ts",
    find: "if (waiting >= queued_runs)",
    replace: "if (waiting > queued_runs)",
    tests: ["tests/e2e/limits.test.ts"],
  },
  {
    invariant: "An update is stored before Telegram is told that it was received",
    file: "src/telegram/poller.ts",
    find: "receive(updates);\n      offset = (updates.at(-1)?.update_id ?? offset) + 1;",
    replace: "offset = (updates.at(-1)?.update_id ?? offset) + 1;\n      receive(updates);",
    tests: ["tests/telegram/poller.test.ts"],
  },
  {
    invariant: "An update that comes twice, also after a restart, runs once",
    file: "src/store/updates.ts",
    find: "INSERT OR IGNORE INTO updates",
    replace: "INSERT OR REPLACE INTO updates",
    tests: ["tests/store/store.test.ts"],
  },
  {
    invariant: "An answer is stored before it is sent, and kept until it was",
    file: "src/chat/part-sender.ts",
    find: "store.durably(() => store.deliveries.sending(delivery.id));",
    replace: "store.durably(() => store.deliveries.sent(delivery.id));",
    tests: ["tests/chat/deliverer.test.ts"],
  },
  {
    invariant: "A message is marked as on its way before it is sent",
    file: "src/chat/part-sender.ts",
    find: "store.durably(() => store.deliveries.sending(delivery.id));",
    replace: "",
    tests: ["tests/chat/deliverer.test.ts", "tests/e2e/restart.test.ts"],
  },
  {
    invariant: "The parts of an answer come in order, none of them twice",
    file: "src/chat/part-sender.ts",
    find: "let index = store.deliveries.sentParts(delivery.id);",
    replace: "let index = 0;",
    tests: ["tests/chat/deliverer.test.ts"],
  },
  {
    invariant: "No message says that a run goes on once it has ended",
    file: "src/chat/retire.ts",
    find: "if (progressId === null) return;",
    replace: "return;",
    tests: ["tests/e2e/task.test.ts"],
  },
  {
    invariant: "Strangers get no answer",
    file: "src/chat/intake.ts",
    find: "if (!transport.allows(origin)) {",
    replace: "if (false) {",
    tests: ["tests/e2e/chat.test.ts"],
  },
  {
    invariant: "The bot's token is in no log",
    file: "src/log.ts",
    find: '"[REDACTED_TOKEN]"',
    replace: '"$&"',
    tests: ["tests/log.test.ts"],
  },
  {
    invariant: "A question is answered once",
    file: "src/bridge/questions.ts",
    find: "if (!open || open.passing) return false;",
    replace: "if (!open) return false;",
    tests: ["tests/bridge/questions.test.ts"],
  },
  {
    invariant: "`deny` is stronger than `allow`",
    file: "src/domain/policy.ts",
    find: 'if (denial?.fit === "yes") return { decision: "deny", rule: quote("deny", denial.pattern) };',
    replace: "",
    tests: ["tests/domain/policy.test.ts"],
  },
  {
    invariant: "A repository runs nothing of its own unless it is trusted",
    file: "src/engine/trust.ts",
    find: "trusted === true && isWithin(",
    replace: "isWithin(",
    tests: ["tests/engine/trust.test.ts", "tests/runners/codex/trust.test.ts"],
  },
  {
    invariant: "An engine sees of the environment only what it needs",
    file: "src/engine/environment.ts",
    find: '!name.startsWith("TAKOPI_") && allowed.some',
    replace: '!name.startsWith("TAKOPI_") || allowed.some',
    tests: ["tests/engine/environment.test.ts"],
  },
  {
    invariant: "A schedule begins one run for each time that it is due",
    file: "src/store/schedules.ts",
    find: "SET lastDueAt = ?, lastRunId",
    replace: "SET lastDueAt = ? - 86400000, lastRunId",
    tests: ["tests/bridge/schedules.test.ts"],
  },
  {
    invariant: "No other agent can approve what an engine asks",
    file: "src/operations/answer.ts",
    find: "isForPeople: true,",
    replace: "isForPeople: false,",
    tests: ["tests/operations/operations.test.ts"],
  },
  {
    invariant: "A path that a person or an engine names stays in the project",
    file: "src/worker/files/directory.ts",
    find: ' || parts.includes("..")',
    replace: "",
    tests: ["tests/e2e/file-put.test.ts"],
  },
];
