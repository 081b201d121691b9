import type { Approval, Question, Reply } from "../../../src/domain/question.ts";
import { type Asking, DISMISSED, titleLine } from "../../../src/engine/open-questions.ts";
import { unwrapShell } from "../shell-command.ts";
import type { ServerRequest } from "./requests.ts";
import type { FileUpdate } from "./wire.ts";

/** The questions of a request for a person. `changes` are those of the item that a file approval is about. */
export function toAsking(id: string, request: ServerRequest, changes: readonly FileUpdate[]): Asking {
  switch (request.method) {
    case "item/commandExecution/requestApproval":
      return approval(describeCommand(id, request.params), toDecision);
    case "item/fileChange/requestApproval":
      return approval(describeChange(id, request.params, changes), toDecision);
    case "item/permissions/requestApproval":
      return approval(describePermissions(id, request.params), (reply) => toGrant(reply, request.params.permissions));
    case "item/tool/requestUserInput":
      return askUser(id, request.params.questions);
    case "mcpServer/elicitation/request":
      return elicit(id, request.params);
  }
}

type Params<Method extends ServerRequest["method"]> = Extract<ServerRequest, { method: Method }>["params"];

const approval = (question: Approval, toAnswer: (reply: Reply) => object): Asking => ({
  questions: [question],
  toAnswer: ([reply = DISMISSED]) => toAnswer(reply),
});

/** `decline` lets the turn continue, and `cancel` would not. */
function toDecision(reply: Reply): object {
  if (reply.type !== "allow") return { decision: "decline" };
  return { decision: reply.scope === "session" ? "acceptForSession" : "accept" };
}

function describeCommand(id: string, params: Params<"item/commandExecution/requestApproval">): Approval {
  const asked = { id, canAllowSession: true, ...reasonOf(params.reason), ...(params.cwd && { cwd: params.cwd }) };
  const network = params.networkApprovalContext;
  if (network) {
    return { ...asked, kind: "permission", tool: "network", title: `Connect to ${network.host} (${network.protocol})` };
  }
  const command = unwrapShell(params.command ?? "");
  const where = `${titleLine(command)}${params.cwd ? ` in ${params.cwd}` : ""}`;
  // Typed text is not the command that rules may allow.
  if (params.kind === "writeStdin")
    return { ...asked, kind: "permission", tool: "stdin", title: `Type into ${where}`, body: command };
  return { ...asked, kind: "command", title: `Run ${where}`, command, body: command };
}

function describeChange(
  id: string,
  { reason, grantRoot }: Params<"item/fileChange/requestApproval">,
  changes: readonly FileUpdate[],
): Approval {
  const paths = grantRoot
    ? []
    : changes.flatMap(({ path, kind }) => [path, ...(kind.move_path ? [kind.move_path] : [])]);
  const title = grantRoot
    ? `Write files below ${grantRoot}`
    : `Change ${changes.map(({ path }) => path).join(", ") || "files"}`;
  const body = changes.map(({ path, kind, diff }) => `${kind.type} ${path}\n${diff}`).join("\n");
  return { id, kind: "file_change", title: titleLine(title), paths, body, ...reasonOf(reason), canAllowSession: true };
}

type Permissions = Params<"item/permissions/requestApproval">["permissions"];

function describePermissions(
  id: string,
  { cwd, reason, permissions }: Params<"item/permissions/requestApproval">,
): Approval {
  const wanted = [permissions.network && "network", permissions.fileSystem && "files outside its sandbox"];
  const title = `Grant access to ${wanted.filter((name) => name).join(" and ") || "more"}`;
  const body = JSON.stringify(withoutNulls(permissions), null, 2);
  return {
    ...{ id, kind: "permission", title, body, canAllowSession: true },
    ...reasonOf(reason),
    ...(cwd && { cwd }),
  };
}

function toGrant(reply: Reply, permissions: Permissions): object {
  if (reply.type !== "allow") return { permissions: {}, scope: "turn" };
  return { permissions: withoutNulls(permissions), scope: reply.scope === "session" ? "session" : "turn" };
}

const withoutNulls = ({ network, fileSystem }: Permissions): object => ({
  ...(network && { network }),
  ...(fileSystem && { fileSystem }),
});

type UserQuestion = Params<"item/tool/requestUserInput">["questions"][number];

function askUser(id: string, questions: readonly UserQuestion[]): Asking {
  return {
    questions: questions.map((question) => toQuestion(`${id}.${question.id}`, question)),
    toAnswer: (replies) => ({
      answers: Object.fromEntries(questions.map(({ id }, at) => [id, { answers: toAnswers(replies[at]) }])),
    }),
  };
}

function toQuestion(id: string, { header, question, isOther, isSecret, options }: UserQuestion): Question {
  const asked = { id, title: titleLine(header || question), body: question };
  if (!options || options.length === 0) return { ...asked, kind: "text", isSecret };
  return {
    ...{ ...asked, kind: "choice", isMultiple: false, isOpen: isOther },
    options: options.map(({ label, description }) => ({ value: label, label, ...(description && { description }) })),
  };
}

function toAnswers(reply: Reply = DISMISSED): readonly string[] {
  if (reply.type === "choose") return reply.values;
  return reply.type === "text" ? [reply.text] : [];
}

/** A form is no question that a chat can show, unless it only asks whether it may. */
function elicit(id: string, params: Params<"mcpServer/elicitation/request">): Asking {
  const { serverName, message, requestedSchema, _meta } = params;
  const refusal = { action: "decline", content: null, _meta: null };
  if (requestedSchema === undefined || Object.keys(requestedSchema?.properties ?? {}).length > 0) {
    return { questions: [], toAnswer: () => refusal };
  }
  const canAllowSession = _meta?.persist.includes("session") ?? false;
  const args = _meta?.tool_params;
  const body = args === undefined ? {} : { body: JSON.stringify(args, null, 2) };
  const title = titleLine(message || `A request of ${serverName}`);
  return approval({ id, kind: "permission", title, ...body, canAllowSession }, (reply) => {
    if (reply.type !== "allow") return refusal;
    return { action: "accept", content: {}, _meta: reply.scope === "session" ? { persist: "session" } : null };
  });
}

const reasonOf = (reason: string | null | undefined): { reason?: string } => (reason ? { reason } : {});
