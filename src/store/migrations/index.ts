import { sql as firstTables } from "./01-first-tables.ts";
import { sql as health } from "./02-health.ts";
import { sql as questions } from "./03-questions.ts";
import { sql as liveServers } from "./04-live-servers.ts";
import { sql as told } from "./05-told.ts";
import { sql as origin } from "./06-origin.ts";
import { sql as schedules } from "./07-schedules.ts";
import { sql as buttons } from "./08-buttons.ts";
import { sql as silentDeliveries } from "./09-silent-deliveries.ts";
import { sql as contextFill } from "./10-context-fill.ts";
import { sql as files } from "./11-files.ts";
import { sql as preferences } from "./12-preferences.ts";
import { sql as triggers } from "./13-triggers.ts";
import { sql as archivedThreads } from "./14-archived-threads.ts";
import { sql as deliveredFiles } from "./15-delivered-files.ts";
import { sql as movedChats } from "./16-moved-chats.ts";
import { sql as staleProgress } from "./17-stale-progress.ts";
import { sql as threadNames } from "./18-thread-names.ts";
import { sql as briefs } from "./19-briefs.ts";
import { sql as presets } from "./20-presets.ts";
import { sql as tickets } from "./21-tickets.ts";
import { sql as longAnswers } from "./22-long-answers.ts";
import { sql as workerJobs } from "./23-worker-jobs.ts";
import { sql as home } from "./24-home.ts";
import { sql as failures } from "./25-failures.ts";
import { sql as machine } from "./26-machine.ts";
import { sql as stop } from "./27-stop.ts";

/** Entry `n` takes the state file from version `n` to `n + 1`. A released entry never changes; new ones come last. */
export const migrations: readonly string[] = [
  firstTables,
  health,
  questions,
  liveServers,
  told,
  origin,
  schedules,
  buttons,
  silentDeliveries,
  contextFill,
  files,
  preferences,
  triggers,
  archivedThreads,
  deliveredFiles,
  movedChats,
  staleProgress,
  threadNames,
  briefs,
  presets,
  tickets,
  longAnswers,
  workerJobs,
  home,
  failures,
  machine,
  stop,
];
