import { z } from "zod";
import { resolvePrompt } from "../bridge/resolve.ts";
import { findProject } from "../bridge/settings.ts";
import { writeDirectives } from "../domain/directives.ts";
import type { Origin } from "../domain/origin.ts";
import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { findThread } from "./find.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";

const text = z.string().trim().min(1);
const Input = z.strictObject({
  prompt: text,
  project: text.optional(),
  engine: text.optional(),
  branch: text.optional(),
  /** Its id, or the beginning of it. */
  session: text.optional(),
  /** The prompt is a command of the engine's own, such as `/review`. */
  command: z.boolean().optional(),
  /** Answers when the run has ended. */
  wait: z.boolean().optional(),
});

/** Begins a run. In a chat a message does the same; elsewhere this is the way. */
export const send = defineOperation({
  name: "send",
  summary: "run a task",
  input: Input,
  output: z.object({ run: z.string(), answer: z.string().nullable() }),
  argument: "prompt",
  operands: ["project", "prompt"],
  intent: "write",
  idempotent: false,
  examples: [{ prompt: "why does the build fail?" }],
  run: (access, input, caller) => {
    const run = begin(access, input, caller);
    return input.wait ? ended(access, run) : { run, answer: null };
  },
  tell: ({ run, answer }) => ({ body: answer ?? `Queued as ${run}.`, runId: run, isSeen: answer === null }),
});

function begin(access: Access, input: z.infer<typeof Input>, caller: Caller): string {
  const { bridge, store } = access;
  requireNames(access, input);
  const thread = input.session === undefined ? undefined : findThread(access, input.session, caller);
  const prompt = {
    ...caller.place,
    ...{ text: writeDirectives(input), follows: thread?.run.id },
    origin: originOf(input, caller),
  };
  const resolved = resolvePrompt(prompt, access);
  requireBranch(input, resolved.context?.branch);
  if (input.command) requireCommands(access, resolved.engine);
  const run = store.durably(() => bridge.add(prompt, resolved));
  bridge.start(run);
  return run;
}

/** A name that nobody knows would be taken for the beginning of the task. */
function requireNames({ config, engines }: Access, { project, engine }: z.infer<typeof Input>): void {
  if (project !== undefined && !findProject(project, config)) {
    throw new UserError(`There is no project ${project}: \`projects\` lists them.`, { code: "not_found" });
  }
  if (engine !== undefined && !engines.some(({ id }) => id === engine.toLowerCase())) {
    const names = engines.map(({ id }) => id).join(", ");
    throw new UserError(`There is no engine ${engine} here; there are ${names}.`, { code: "not_found" });
  }
}

function requireBranch({ branch, session }: z.infer<typeof Input>, resolved: string | undefined): void {
  if (branch === undefined || branch === resolved) return;
  const why =
    session === undefined ? "A branch is one of a project: name the project, too." : "A session keeps its branch.";
  throw new UserError(why, { code: "usage" });
}

function requireCommands({ engines }: Access, id: string): void {
  const engine = engines.find((one) => one.id === id);
  if (engine && !engine.operations.commands) throw new UserError(`${engine.label} has no commands of its own.`);
}

function originOf({ command }: z.infer<typeof Input>, { surface }: Caller): Origin | undefined {
  if (command) return { type: "command" };
  return surface === "chat" ? undefined : { type: "operation", caller: surface };
}

async function ended({ bridge, store }: Access, id: string): Promise<{ run: string; answer: string | null }> {
  await bridge.ended(id);
  const run = store.runs.get(id);
  if (run?.outcome === "done") return { run: id, answer: store.answers.whole(run) };
  throw failureOf(run);
}

const failureOf = (run: StoredRun | undefined): UserError =>
  new UserError(run?.error ?? "The run was stopped.", { code: run?.failure ?? "interrupted" });
