import type { Approval, Choice, Reply } from "../../../src/domain/question.ts";
import { titleLine } from "../../../src/engine/open-questions.ts";
import type { PermissionRequest, QuestionRequest } from "./schema.ts";

/** @param cwd Absolute; undefined if it is not known where a command would work. */
export function toApproval(
  { id, permission, patterns, always, metadata }: PermissionRequest,
  cwd: string | undefined,
): Approval {
  const command = text(metadata["command"]);
  const diff = text(metadata["diff"]);
  const what = command ?? patterns.join(", ");
  const common = { id, tool: permission, ...(cwd !== undefined && { cwd }), canAllowSession: always.length > 0 };
  const scope =
    always.length > 0 ? `Allowed for the session, this would cover: ${permission} ${always.join(", ")}` : "";
  if (permission === "bash" && command !== undefined) {
    return { ...common, kind: "command", title: titleLine(command), command, body: paragraphs(command, scope) };
  }
  if (permission === "edit") {
    const body = paragraphs(diff ?? "", scope);
    // Patterns begin at the repository, wherever that is.
    const file = text(metadata["filepath"]);
    const paths = file !== undefined && patterns.length === 1 ? [file] : patterns;
    return { ...common, kind: "file_change", title: titleLine(`edit: ${what}`), paths, body };
  }
  const asked = patterns.length > 0 && command !== undefined ? patterns.join("\n") : "";
  const details = paragraphs(text(metadata["url"]) ?? command ?? "", asked, diff ?? "", scope);
  return { ...common, kind: "permission", title: titleLine(`${labelOf(permission)}: ${what}`), body: details };
}

/** opencode's names for these two permissions say little to a person. */
const labels: Readonly<Record<string, string>> = {
  external_directory: "outside the project",
  doom_loop: "the same call for the third time",
};
const labelOf = (permission: string): string => labels[permission] ?? permission;

/** One card for each question of the request; their ids are `<request>#<index>`. */
export function toChoices({ id, questions }: QuestionRequest): Choice[] {
  return questions.map(({ question, header, options, multiple, custom }, index) => ({
    id: `${id}#${index}`,
    kind: "choice",
    title: titleLine(question),
    body: paragraphs(header && header !== question ? header : "", question),
    options: options.map(({ label, description }) => ({ value: label, label, ...(description && { description }) })),
    isMultiple: multiple === true,
    isOpen: custom !== false,
  }));
}

/** The request that a question belongs to, and which of its questions it is. */
export function partOf(questionId: string): { readonly request: string; readonly index: number } {
  const [request = "", index = "0"] = questionId.split("#");
  return { request, index: Number(index) };
}

/** Body of `POST /permission/{id}/reply`; undefined if the reply is of another kind of question. */
export function toDecision(reply: Reply): { reply: "once" | "reject"; message?: string } | undefined {
  switch (reply.type) {
    case "allow":
      return { reply: "once" };
    case "deny":
      // Without a message opencode ends the turn.
      return { reply: "reject", message: reply.reason?.trim() || "The person said no, without a reason." };
    case "dismiss":
      return { reply: "reject" };
    default:
      return undefined;
  }
}

/** The answer to one question as opencode takes it; undefined if the reply is no answer. */
export function toAnswer(reply: Reply): readonly string[] | undefined {
  if (reply.type === "choose") return reply.values;
  return reply.type === "text" ? [reply.text] : undefined;
}

/** Everything that a permission would cover for the session. */
export const coverage = ({ permission, always }: PermissionRequest): readonly string[] =>
  always.map((pattern) => `${permission} ${pattern}`);

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const paragraphs = (...texts: readonly string[]): string => texts.filter((part) => part !== "").join("\n\n");
