import type { Question, Reply } from "../../../src/domain/question.ts";
import { DISMISSED, type OpenQuestions } from "../../../src/engine/open-questions.ts";
import { readApproval, toVerdict } from "./gate.ts";
import type { PiPeer } from "./protocol.ts";
import type { UiRequest } from "./schema.ts";

/** Asks the question of a dialog. pi itself ends one that has a time limit. */
export function ask(questions: OpenQuestions, request: UiRequest, peer: Pick<PiPeer, "reply">): void {
  const question = toQuestion(request);
  const { id, timeout } = request;
  if (question === undefined) return;
  const timer = timeout === undefined ? undefined : setTimeout(() => questions.withdraw(id), timeout);
  const asking = {
    questions: [question],
    toAnswer: ([reply = DISMISSED]: readonly Reply[]) => toAnswer(request, reply),
  };
  questions.ask(id, asking, (answer) => {
    clearTimeout(timer);
    peer.reply(id, answer);
  });
}

/** The question that a dialog of an extension asks; undefined for what needs no answer. */
export function toQuestion(request: UiRequest): Question | undefined {
  const { id, title, method } = request;
  const asked = { id, title: title || "pi asks" };
  switch (method) {
    case "select": {
      const options = request.options.map((label) => ({ value: label, label }));
      return { ...asked, kind: "choice", options, isMultiple: false, isOpen: false };
    }
    case "confirm":
      return { ...asked, ...body(request.message), kind: "choice", options: YES_NO, isMultiple: false, isOpen: false };
    case "input":
      return (
        readApproval(id, request.placeholder) ?? {
          ...asked,
          ...body(request.placeholder),
          kind: "text",
          isSecret: false,
        }
      );
    case "editor":
      return { ...asked, kind: "text", ...(request.prefill && { draft: request.prefill }), isSecret: false };
    default:
      return undefined;
  }
}

/** The fields of an `extension_ui_response` beside its id. */
export type DialogAnswer = { readonly value: string } | { readonly confirmed: boolean } | { readonly cancelled: true };

export const CANCELLED: DialogAnswer = { cancelled: true };

/** pi's answer for a reply; a reply that does not fit the question is a no. */
export function toAnswer(request: UiRequest, reply: Reply): DialogAnswer {
  if (reply.type === "dismiss") return CANCELLED;
  if (request.method === "input" && readApproval(request.id, request.placeholder)) return { value: toVerdict(reply) };
  if (reply.type === "text") return isTyped(request) ? { value: reply.text } : CANCELLED;
  const chosen = reply.type === "choose" ? reply.values[0] : undefined;
  if (chosen === undefined || isTyped(request)) return CANCELLED;
  if (request.method === "confirm") return { confirmed: chosen === "yes" };
  return request.options.includes(chosen) ? { value: chosen } : CANCELLED;
}

/** Whether pi waits for an answer to it. */
export const isDialog = (request: UiRequest): boolean => toQuestion(request) !== undefined;

const isTyped = ({ method }: UiRequest): boolean => method === "input" || method === "editor";

const YES_NO = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
];

const body = (text: string): { body?: string } => (text === "" ? {} : { body: text });
