import type { Question, Reply } from "../../../src/domain/question.ts";
import type { RunOutput } from "../../../src/engine/driver.ts";
import { ENGINE } from "../state.ts";
import { readApproval, toVerdict } from "./gate.ts";
import type { PiPeer } from "./protocol.ts";
import type { UiRequest } from "./schema.ts";

/** The dialogs of a turn that wait for an answer. */
export class Dialogs {
  readonly #peer: Pick<PiPeer, "reply">;
  readonly #output: RunOutput;
  readonly #open = new Map<string, { readonly request: UiRequest; readonly timer: NodeJS.Timeout | undefined }>();
  #isClosed = false;

  constructor(peer: Pick<PiPeer, "reply">, output: RunOutput) {
    this.#peer = peer;
    this.#output = output;
  }

  /** Asks the dialog's question; a dialog that comes when the turn ends is answered with no. */
  open(request: UiRequest): void {
    const question = toQuestion(request);
    const { id, timeout } = request;
    if (question === undefined || this.#open.has(id)) return;
    if (this.#isClosed) {
      this.#peer.reply(id, CANCELLED);
      return;
    }
    const timer = timeout === undefined ? undefined : setTimeout(() => this.#resolve(id), timeout);
    this.#open.set(id, { request, timer });
    this.#output.push({ type: "question", engine: ENGINE, question });
  }

  /** False if the dialog is not open any more. */
  answer(id: string, reply: Reply): boolean {
    const dialog = this.#open.get(id);
    if (dialog === undefined) return false;
    this.#peer.reply(id, toAnswer(dialog.request, reply));
    this.#resolve(id);
    return true;
  }

  /** Answers all with no, and from now on. */
  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#open.keys()]) this.answer(id, { type: "dismiss" });
  }

  #resolve(id: string): void {
    clearTimeout(this.#open.get(id)?.timer);
    this.#open.delete(id);
    this.#output.push({ type: "resolved", engine: ENGINE, questionId: id });
  }
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

/** What an `extension_ui_response` carries beside its id. */
export type DialogAnswer = { readonly value: string } | { readonly confirmed: boolean } | { readonly cancelled: true };

export const CANCELLED: DialogAnswer = { cancelled: true };

/** What pi is told of a reply; one that does not fit the question is a no. */
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
