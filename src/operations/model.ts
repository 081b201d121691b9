import { z } from "zod";
import type { Thread, Threads } from "../bridge/threads.ts";
import { UserError } from "../errors.ts";
import { findThread } from "./find.ts";
import { inlineCode } from "./inline-code.ts";
import { defineOperation } from "./operation.ts";

/** Some engines know hundreds, and nobody reads them all. */
const SHOWN_MODELS = 60;
/** What takes the choice back. */
const CONFIGURED = "default";

const Listed = z.object({ engine: z.string(), models: z.array(z.string()) });
const Chosen = z.object({ run: z.string(), model: z.string().nullable() });

export const model = defineOperation({
  name: "model",
  summary: "list models, or choose one for the session you reply to",
  input: z.strictObject({ session: z.string().optional(), model: z.string().optional() }),
  output: z.union([Listed, Chosen]),
  argument: "model",
  intent: "write",
  idempotent: true,
  examples: [{}, { model: CONFIGURED }],
  run: async (access, input, caller): Promise<z.infer<typeof Listed> | z.infer<typeof Chosen>> => {
    const { threads } = access.bridge;
    const { model: id } = input;
    if (id === undefined) {
      const { engine, project } = threads.target(caller.place, access);
      return { engine: engine.label, models: [...(await threads.models(engine, project))] };
    }
    const thread = findThread(access, input.session, caller);
    if (id !== CONFIGURED) await requireKnown(threads, thread, id);
    const chosen = id === CONFIGURED ? undefined : id;
    threads.setModel(thread, chosen);
    return { run: thread.run.id, model: chosen ?? null };
  },
  tell: (output) => {
    if ("models" in output) return { body: listOf(output) };
    const { run: runId, model: chosen } = output;
    if (chosen === null) return { body: "This session uses the configured model again.", runId };
    return { body: `From its next task on this session uses ${inlineCode(chosen)}.`, runId };
  },
});

function listOf({ engine, models }: z.infer<typeof Listed>): string {
  if (models.length === 0) return `${engine} names no models.`;
  const more = models.length > SHOWN_MODELS ? [`and ${models.length - SHOWN_MODELS} more`] : [];
  const lines = [...models.slice(0, SHOWN_MODELS).map(inlineCode), ...more].map((line) => `- ${line}`);
  const how = `Reply \`/model <id>\` to a message of a session to choose one, \`/model ${CONFIGURED}\` to take that back.`;
  return `Models of ${engine}:\n\n${lines.join("\n")}\n\n${how}`;
}

/** An engine that cannot list its models will say itself that it does not know one. */
async function requireKnown(threads: Threads, thread: Thread, id: string): Promise<void> {
  // An engine may take it for a flag.
  if (/^-|\s/u.test(id)) {
    throw new UserError("A model's id has no space in it and no `-` at its beginning: write `/model <id>`.");
  }
  const { engine, run } = thread;
  if (threads.whyNot(run, "models") !== undefined) return;
  const models = await threads.models(engine, run.project);
  if (models.length === 0 || models.includes(id)) return;
  throw new UserError(`${engine.label} has no model ${inlineCode(id)}: \`/model\` lists those it has.`);
}
