import { Conversations } from "./conversations.ts";
import { type Database, openDatabase } from "./database.ts";
import { Deliveries } from "./deliveries.ts";
import { Health } from "./health.ts";
import { Questions } from "./questions.ts";
import { Runs } from "./runs.ts";
import { Updates } from "./updates.ts";

export interface Store {
  readonly updates: Updates;
  readonly runs: Runs;
  readonly deliveries: Deliveries;
  readonly conversations: Conversations;
  readonly health: Health;
  readonly questions: Questions;
  /** All of `work`'s writes are stored together, or none. */
  transaction<T>(work: () => T): T;
  check: Database["check"];
  close(): void;
}

/** Opens the state file (":memory:" for one that is forgotten); see `openDatabase` for what it refuses. */
export function openStore(file: string): Store {
  const database = openDatabase(file);
  return {
    updates: new Updates(database),
    runs: new Runs(database),
    deliveries: new Deliveries(database),
    conversations: new Conversations(database),
    health: new Health(database),
    questions: new Questions(database),
    transaction: (work) => database.transaction(work),
    check: () => database.check(),
    close: () => database.close(),
  };
}
