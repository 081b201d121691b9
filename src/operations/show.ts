import { z } from "zod";
import { writeContext } from "../domain/context.ts";
import { formatElapsed } from "../domain/elapsed.ts";
import { inlineCode } from "../domain/inline-code.ts";
import type { SessionUsage } from "../domain/run.ts";
import { formatCost, formatCount } from "../domain/usage.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import { diffOf } from "./diff.ts";
import { findRun, runRef } from "./find.ts";
import { type Access, defineOperation } from "./operation.ts";

const SHOWN_FILES = 20;

const File = z.object({ path: z.string(), added: z.number(), removed: z.number() });
const Output = z.object({
  run: z.string(),
  session: z.string().nullable(),
  name: z.string().nullable(),
  state: z.string(),
  engine: z.string(),
  model: z.string().nullable(),
  project: z.string().nullable(),
  branch: z.string().nullable(),
  /** The duration of the newest run, ms. */
  tookMs: z.number().nullable(),
  /** Of the whole session; null if it began elsewhere and the engine does not tell. */
  turns: z.number().nullable(),
  tokens: z.number().nullable(),
  /** 0 if nobody names costs. */
  costUsd: z.number(),
  /** How full the session's context is, 0 to 1; null if the engine does not tell. */
  contextFill: z.number().nullable(),
  questions: z.array(z.string()),
  files: z.array(File),
  resumeLine: z.string().nullable(),
});

export const show = defineOperation({
  name: "show",
  summary: "what is known of the session you reply to",
  input: z.strictObject({ run: runRef }),
  output: Output,
  argument: "run",
  intent: "read",
  idempotent: true,
  examples: [{}],
  run: async (access, input, caller) => describe(access, findRun(access, input.run, caller)),
  tell: (facts) => ({ body: facts.resumeLine === null ? bodyOf(facts) : withResume(facts), runId: facts.run }),
});

async function describe(access: Access, run: StoredRun): Promise<z.infer<typeof Output>> {
  const { store, engines, now } = access;
  const { id, engine, project, branch, startedAt, endedAt } = run;
  const session = knownSession(run);
  const told = await access.bridge.threads.usage(run);
  const questions = store.questions.open().filter(({ runId }) => runId === id);
  // A directory without git, or one that is gone, has no files to name.
  const changed = await diffOf(access, run).catch(() => ({ files: [] }));
  return {
    ...{ run: id, session, engine, project, branch, ...totalsOf(run, told, store) },
    contextFill: run.contextFill ?? told.contextFill ?? null,
    name: session === null ? null : (store.threads.name(engine, session) ?? null),
    state: run.outcome ?? run.state,
    model: (session === null ? undefined : store.threads.model(engine, session)) ?? told.model ?? null,
    tookMs: startedAt === null ? null : (endedAt ?? now) - startedAt,
    questions: questions.map(({ title }) => title),
    files: changed.files.map(({ path, added, removed }) => ({ path, added, removed })),
    resumeLine: session === null ? null : (engines.find((one) => one.id === engine)?.resume.format(session) ?? null),
  };
}

/** The engine knows of the turns in a terminal, too; the runs here say all of a session that began here. */
function totalsOf(run: StoredRun, told: SessionUsage, { threads }: Access["store"]) {
  const session = knownSession(run);
  if (session === null) return { turns: 1, tokens: tokensOf(run), costUsd: run.costUsd ?? 0 };
  const { turns, tokens, costUsd } = threads.totals(run.engine, session);
  if (!threads.isForeign(run.engine, session)) return { turns, tokens, costUsd };
  const known = turns > 0 ? { turns, tokens } : { turns: null, tokens: null };
  return { turns: told.turns ?? known.turns, tokens: told.tokens ?? known.tokens, costUsd: told.costUsd ?? costUsd };
}

const tokensOf = (run: StoredRun) =>
  (run.inputTokens ?? 0) + (run.outputTokens ?? 0) + (run.cacheReadTokens ?? 0) + (run.cacheWriteTokens ?? 0);

const withResume = (facts: z.infer<typeof Output>) => `${bodyOf(facts)}\n\n${inlineCode(facts.resumeLine ?? "")}`;

function usedIn({ turns, tokens, costUsd, contextFill }: z.infer<typeof Output>): string[] {
  return [
    ...(turns === null ? [] : [turns === 1 ? "1 turn" : `${turns} turns`]),
    ...(tokens === null ? [] : [`${formatCount(tokens)} tokens`]),
    ...(costUsd > 0 ? [formatCost(costUsd)] : []),
    ...(contextFill === null ? [] : [`${Math.round(100 * contextFill)}% context`]),
  ];
}

function bodyOf(facts: z.infer<typeof Output>): string {
  const { name, state, engine, model, project, branch, tookMs, questions, files } = facts;
  const place = project === null ? [] : [inlineCode(writeContext({ project, branch }))];
  const took = tookMs === null ? [] : [formatElapsed(tookMs)];
  const used = usedIn(facts);
  const lines = [
    [...(name === null ? [] : [inlineCode(name)]), state, inlineCode(engine), ...place, ...took].join(" · "),
    ...(model === null ? [] : [`model: ${inlineCode(model)}`]),
    ...(used.length === 0 ? [] : [used.join(", ")]),
  ];
  const listed = files.slice(0, SHOWN_FILES).map((one) => `- ${inlineCode(one.path)} +${one.added} −${one.removed}`);
  if (files.length > SHOWN_FILES) listed.push(`- and ${files.length - SHOWN_FILES} more`);
  return [
    lines.join("  \n"),
    ...(questions.length === 0
      ? []
      : [`Waits for an answer:\n\n${questions.map((one) => `- ${inlineCode(one)}`).join("\n")}`]),
    ...(listed.length === 0 ? [] : [`Changed, see \`/diff\`:\n\n${listed.join("\n")}`]),
  ].join("\n\n");
}
