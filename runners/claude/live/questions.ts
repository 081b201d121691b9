import { z } from "zod";
import type { Approval, Question, Reply } from "../../../src/domain/question.ts";
import type { Asking } from "../../../src/engine/open-questions.ts";
import { describeTool, markLines } from "../../../src/engine/tools.ts";
import { dialect } from "../translate.ts";
import type { Ask } from "./protocol.ts";

/** The questions of an ask for a person. */
export function toAsking(id: string, ask: Ask, cwd: string): Asking {
  if (ask.tool_name === "AskUserQuestion") return askUser(id, ask);
  if (ask.tool_name === "ExitPlanMode") return askForPlan(id, ask);
  return { questions: [toApproval(id, ask, cwd)], toAnswer: ([reply]) => decide(ask, reply) };
}

/** Allowing goes with the input as it was asked for. */
function decide(ask: Ask, reply: Reply | undefined): object {
  if (reply?.type !== "allow") return deny(reply);
  const session = reply.scope === "session" ? sessionRules(ask) : [];
  return { behavior: "allow", updatedInput: ask.input, ...(session.length > 0 && { updatedPermissions: session }) };
}

/** With a reason the model tries something else; the turn continues in any case. */
function deny(reply: Reply | undefined): object {
  const reason = reply?.type === "deny" ? reply.reason : reply?.type === "text" ? reply.text : undefined;
  if (reason) return { behavior: "deny", message: `The user denied this: ${reason}` };
  return { behavior: "deny", message: reply?.type === "deny" ? "The user denied this." : "Nobody approved this." };
}

/**
 * Rules for the rest of the session. Made here: claude's suggestions as they come may write into the repository, or stop
 * all questions about edits (seen in 2.1.332).
 */
function sessionRules({ permission_suggestions, suppress_always_allow_rule }: Ask): readonly object[] {
  if (suppress_always_allow_rule) return [];
  return permission_suggestions
    .filter(({ type, rules = [] }) => type === "addRules" && rules.length > 0)
    .map(({ rules }) => ({ type: "addRules", rules, behavior: "allow", destination: "session" }));
}

function toApproval(id: string, ask: Ask, cwd: string): Approval {
  const { tool_name: tool, input } = ask;
  const { kind, title } = describeTool({ name: tool, args: input, cwd }, dialect);
  const reason = ask.decision_reason ?? ask.description;
  const asked = { id, cwd, tool, canAllowSession: sessionRules(ask).length > 0, ...(reason && { reason }) };
  const command = Command.safeParse(input).data?.command;
  if (kind === "command" && command !== undefined)
    return { ...asked, kind, title: `Run ${title}`, command, body: command };
  const change = Change.safeParse(input).data;
  if (kind === "file_change" && change) {
    return { ...asked, kind, title: `${tool} ${title}`, paths: [change.file_path], body: toDiff(change) };
  }
  return { ...asked, kind: "permission", title: tool, body: JSON.stringify(input, null, 2) };
}

const Command = z.object({ command: z.string() });
const Change = z.object({
  file_path: z.string(),
  content: z.string().optional(),
  old_string: z.string().optional(),
  new_string: z.string().optional(),
});

function toDiff({ content, old_string = "", new_string = "" }: z.infer<typeof Change>): string {
  if (content !== undefined) return content && markLines("+", content);
  return [old_string && markLines("-", old_string), new_string && markLines("+", new_string)]
    .filter(Boolean)
    .join("\n");
}

const Questions = z.object({
  questions: z.array(
    z.object({
      question: z.string(),
      header: z.string().optional(),
      multiSelect: z.boolean().default(false),
      options: z.array(z.object({ label: z.string(), description: z.string().optional() })).default([]),
    }),
  ),
});
type UserQuestion = z.infer<typeof Questions>["questions"][number];

/** The answers travel back beside the questions, by the questions' own texts. */
function askUser(id: string, ask: Ask): Asking {
  const questions = Questions.safeParse(ask.input).data?.questions ?? [];
  return {
    questions: questions.map((question, at) => toChoice(`${id}.${at}`, question)),
    toAnswer: (replies) => {
      const answered = questions.map(({ question }, at) => [question, toText(replies[at])] as const);
      const given = answered.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
      if (given.length === 0) return { behavior: "deny", message: "The user did not answer." };
      return { behavior: "allow", updatedInput: { ...ask.input, answers: Object.fromEntries(given) } };
    },
  };
}

function toChoice(id: string, { question, header, multiSelect, options }: UserQuestion): Question {
  const asked = { id, title: header || "claude asks", body: question };
  if (options.length === 0) return { ...asked, kind: "text", isSecret: false };
  const labelled = options.map(({ label, description }) => ({
    ...{ value: label, label },
    ...(description && { description }),
  }));
  return { ...asked, kind: "choice", options: labelled, isMultiple: multiSelect, isOpen: true };
}

function toText(reply: Reply | undefined): string | undefined {
  if (reply?.type === "choose") return reply.values.join(", ");
  return reply?.type === "text" ? reply.text : undefined;
}

const PLAN_OPTIONS = [
  { value: "go", label: "Carry it out" },
  { value: "edit", label: "Carry it out, edit freely" },
  { value: "stay", label: "Keep planning" },
];

/** Plan mode ends only if somebody says so; a text says what to change in the plan. */
function askForPlan(id: string, ask: Ask): Asking {
  const plan = typeof ask.input["plan"] === "string" ? ask.input["plan"] : "claude wrote no plan.";
  const asked = { id, title: "Carry out this plan?", body: plan };
  const freely = [{ type: "setMode", mode: "acceptEdits", destination: "session" }];
  return {
    questions: [{ ...asked, kind: "choice", options: PLAN_OPTIONS, isMultiple: false, isOpen: true }],
    toAnswer: ([reply]) => {
      const chosen = reply?.type === "choose" ? reply.values[0] : undefined;
      if (chosen !== "go" && chosen !== "edit") {
        const wish = reply?.type === "text" ? reply.text : "The user wants to keep planning.";
        return { behavior: "deny", message: wish };
      }
      return { behavior: "allow", updatedInput: ask.input, ...(chosen === "edit" && { updatedPermissions: freely }) };
    },
  };
}
