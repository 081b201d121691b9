import type {
  PermissionOption,
  RequestPermissionRequest,
  RequestPermissionResponse,
} from "@agentclientprotocol/sdk/unstable";
import type { Approval, Question, Reply } from "../../src/domain/question.ts";
import type { Asking } from "../../src/engine/open-questions.ts";
import type { Call } from "./state.ts";
import { commandOf, kindOf, pathsOf, toDiff } from "./tools.ts";

interface Asked {
  readonly request: RequestPermissionRequest;
  /** The call as far as it is known; the request repeats only parts of it. */
  readonly call: Call;
  readonly cwd: string;
}

/** An ask that takes no more than yes, always or no is an approval; any other is a choice between what it offers. */
export function toPermission(id: string, { request, call, cwd }: Asked): Asking<RequestPermissionResponse> {
  const { options } = request;
  const isPlain = options.some(({ kind }) => kind === "allow_once") && hasNoTwin(options);
  if (!isPlain) return { questions: [toChoice(id, call, options)], toAnswer: ([reply]) => select(chosen(reply)) };
  const optionOf = (...kinds: readonly PermissionOption["kind"][]) =>
    kinds.map((kind) => options.find((option) => option.kind === kind)?.optionId).find((found) => found !== undefined);
  return {
    questions: [toApproval(id, call, cwd, optionOf("allow_always") !== undefined)],
    toAnswer: ([reply]) => {
      if (reply?.type === "dismiss" || reply === undefined) return select(undefined);
      if (reply.type !== "allow") return select(optionOf("reject_once", "reject_always"));
      // An agent that cannot remember it gets a single yes, never a no.
      return select(reply.scope === "session" ? optionOf("allow_always", "allow_once") : optionOf("allow_once"));
    },
  };
}

/** A single yes, without asking anybody; undefined if the agent offers none. */
export function allowOnce(options: readonly PermissionOption[]): RequestPermissionResponse | undefined {
  const found = options.find(({ kind }) => kind === "allow_once");
  return found && select(found.optionId);
}

const hasNoTwin = (options: readonly PermissionOption[]) =>
  new Set(options.map(({ kind }) => kind)).size === options.length;

const chosen = (reply: Reply | undefined) => (reply?.type === "choose" ? reply.values[0] : undefined);

const select = (optionId: string | undefined): RequestPermissionResponse =>
  optionId === undefined ? { outcome: { outcome: "cancelled" } } : { outcome: { outcome: "selected", optionId } };

function toChoice(id: string, call: Call, options: readonly PermissionOption[]): Question {
  const offered = options.map(({ optionId, name }) => ({ value: optionId, label: name }));
  const body = bodyOf(call);
  return {
    id,
    kind: "choice",
    title: call.title,
    ...(body && { body }),
    options: offered,
    isMultiple: false,
    isOpen: false,
  };
}

function toApproval(id: string, call: Call, cwd: string, canAllowSession: boolean): Approval {
  const kind = kindOf(call);
  const asked = { id, cwd, canAllowSession, ...(call.name && { tool: call.name }) };
  const command = kind === "command" ? commandOf(call) : undefined;
  if (command !== undefined) return { ...asked, kind: "command", title: `Run ${command}`, command, body: command };
  const paths = pathsOf(call);
  if (kind === "file_change" && paths.length > 0) {
    return { ...asked, kind: "file_change", title: call.title, paths, body: toDiff(call) || paths.join("\n") };
  }
  const body = bodyOf(call);
  return { ...asked, kind: "permission", tool: call.name || call.title, title: call.title, ...(body && { body }) };
}

const bodyOf = ({ rawInput }: Call): string | undefined =>
  rawInput === undefined || rawInput === null ? undefined : JSON.stringify(rawInput, null, 2);
