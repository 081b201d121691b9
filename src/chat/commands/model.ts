import type { Thread } from "../../bridge/threads.ts";
import { UserError } from "../../errors.ts";
import { inlineCode } from "../inline-code.ts";
import type { Answer, ChatCommand, CommandInput } from "./command.ts";

/** Some engines know hundreds, and a message ends at 4096 characters. */
const SHOWN_MODELS = 60;
/** What takes the choice back. */
const CONFIGURED = "default";

export const model: ChatCommand = {
  name: "model",
  description: "list models, or choose one for the thread you reply to",
  run: (input) => (input.args === "" ? list(input) : choose(input, input.thread(), input.args)),
};

async function list({ target, bridge }: CommandInput): Promise<string> {
  const { engine, project } = target();
  const models = await bridge.threads.models(engine, project);
  if (models.length === 0) return `${engine.label} names no models.`;
  const more = models.length > SHOWN_MODELS ? [`and ${models.length - SHOWN_MODELS} more`] : [];
  const lines = [...models.slice(0, SHOWN_MODELS).map(inlineCode), ...more].map((line) => `- ${line}`);
  const how = `Reply \`/model <id>\` to a message of a thread to choose one, \`/model ${CONFIGURED}\` to take that back.`;
  return `Models of ${engine.label}:\n\n${lines.join("\n")}\n\n${how}`;
}

async function choose({ bridge }: CommandInput, thread: Thread, id: string): Promise<Answer> {
  const runId = thread.run.id;
  if (id === CONFIGURED) {
    bridge.threads.setModel(thread, undefined);
    return { body: "This thread uses the configured model again.", runId };
  }
  // An engine may take it for a flag.
  if (/^-|\s/u.test(id)) {
    throw new UserError("A model's id has no space in it and no `-` at its beginning: write `/model <id>`.");
  }
  await requireKnown(bridge.threads, thread, id);
  bridge.threads.setModel(thread, id);
  return { body: `From its next task on this thread uses ${inlineCode(id)}.`, runId };
}

/** Where the engine cannot list its models it will say itself that it does not know one. */
async function requireKnown(threads: CommandInput["bridge"]["threads"], thread: Thread, id: string): Promise<void> {
  const { engine, run } = thread;
  if (threads.whyNot(run, "models") !== undefined) return;
  const models = await threads.models(engine, run.project);
  if (models.length === 0 || models.includes(id)) return;
  throw new UserError(`${engine.label} has no model ${inlineCode(id)}: \`/model\` lists those it has.`);
}
