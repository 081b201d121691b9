import { LongAnswers } from "./answers.ts";
import { copyDatabase } from "./backup.ts";
import { StoredButtons } from "./buttons.ts";
import { Conversations } from "./conversations.ts";
import { type Database, type OpenOptions, openDatabase } from "./database.ts";
import { Deliveries } from "./deliveries.ts";
import { Firings } from "./firings.ts";
import { Health } from "./health.ts";
import { History } from "./history.ts";
import { LiveServers } from "./live-servers.ts";
import { Messages } from "./messages.ts";
import { Moves } from "./moves.ts";
import { Preferences } from "./preferences.ts";
import { Questions } from "./questions.ts";
import { Runs } from "./runs.ts";
import { Schedules } from "./schedules.ts";
import { StoredThreads } from "./threads.ts";
import { Tickets } from "./tickets.ts";
import { Updates } from "./updates.ts";
import { StoredWebhooks } from "./webhooks.ts";
import { WorkerJobs } from "./worker-jobs.ts";

export interface Store {
  readonly updates: Updates;
  readonly runs: Runs;
  readonly answers: LongAnswers;
  readonly messages: Messages;
  readonly deliveries: Deliveries;
  readonly conversations: Conversations;
  readonly health: Health;
  readonly history: History;
  readonly liveServers: LiveServers;
  readonly threads: StoredThreads;
  readonly preferences: Preferences;
  readonly questions: Questions;
  readonly tickets: Tickets;
  readonly schedules: Schedules;
  readonly buttons: StoredButtons;
  readonly moves: Moves;
  readonly firings: Firings;
  readonly webhooks: StoredWebhooks;
  readonly workerJobs: WorkerJobs;
  /** All of `work`'s writes are stored together, or none. */
  readonly transaction: Database["transaction"];
  /** The same, on the disk when it returns: for what must not happen again, or not be lost, after a power cut. */
  readonly durably: Database["durably"];
  check: Database["check"];
  /** Writes everything that is stored to another file, at one point in time. */
  copyTo(file: string): void;
  close(): void;
}

/** Opens the state file (":memory:" for one that is forgotten); see `openDatabase` for what it refuses. */
export function openStore(file: string, options?: OpenOptions): Store {
  const database = openDatabase(file, options);
  const moves = new Moves(database);
  return {
    moves,
    updates: new Updates(database),
    runs: new Runs(database, moves),
    answers: new LongAnswers(database),
    messages: new Messages(database, moves),
    deliveries: new Deliveries(database, moves),
    conversations: new Conversations(database),
    health: new Health(database),
    history: new History(database),
    liveServers: new LiveServers(database),
    threads: new StoredThreads(database),
    preferences: new Preferences(database),
    questions: new Questions(database, moves),
    tickets: new Tickets(database),
    schedules: new Schedules(database),
    buttons: new StoredButtons(database),
    firings: new Firings(database),
    webhooks: new StoredWebhooks(database),
    workerJobs: new WorkerJobs(database),
    transaction: (work) => database.transaction(work),
    durably: (work) => database.durably(work),
    check: () => database.check(),
    copyTo: (target) => copyDatabase(database, target),
    close: () => database.close(),
  };
}
