import { Refused, type Telegram, Unreachable } from "../../src/telegram/api.ts";
import { flattenRich } from "../../src/telegram/flatten-rich.ts";

export type Fault =
  | { readonly type: "reset before" | "reset after" | "hang" | "bad gateway" }
  | { readonly type: "flood"; readonly seconds: number }
  | { readonly type: "refused"; readonly code: number; readonly reason: string };

/** How long a call may hang before it is given up, ms. */
const CALL_TIMEOUT_MS = 90_000;

interface Payload {
  readonly message_id?: number;
  readonly text?: string;
  readonly rich_message?: { readonly blocks: Parameters<typeof flattenRich>[0] };
  readonly reply_parameters?: { readonly message_id: number };
}

/** One chat that keeps messages as Telegram does, and fails as told: once for each fault, at calls of its method. */
export class FakeChat implements Telegram {
  readonly messages = new Map<number, string>();
  /** Methods in the order of their calls. */
  readonly calls: string[] = [];
  readonly payloads: unknown[] = [];
  readonly #faults: { method: string; fault: Fault }[] = [];
  #lastId = 100;

  fail(method: string, fault: Fault): void {
    this.#faults.push({ method, fault });
  }

  /** No fault is left. */
  forgive(): void {
    this.#faults.length = 0;
  }

  call: Telegram["call"] = async (method, payload) => {
    this.calls.push(method);
    this.payloads.push(payload);
    const index = this.#faults.findIndex((entry) => entry.method === method);
    const fault = index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
    if (!fault) return this.#act(method, payload as Payload) as never;
    switch (fault.type) {
      case "reset before":
        throw new Unreachable(method, "ECONNREFUSED", false);
      case "reset after":
        this.#act(method, payload as Payload);
        throw new Unreachable(method, "ECONNRESET", true);
      case "hang":
        await new Promise((resolve) => setTimeout(resolve, CALL_TIMEOUT_MS));
        throw new Unreachable(method, "timeout", true);
      case "bad gateway":
        throw new Refused(method, 502, "Bad Gateway", undefined);
      case "flood":
        throw new Refused(method, 429, "Too Many Requests", fault.seconds);
      case "refused":
        if (/to (edit|delete) not found/.test(fault.reason)) this.messages.delete((payload as Payload).message_id ?? 0);
        throw new Refused(method, fault.code, fault.reason, undefined);
    }
  };

  #act(method: string, payload: Payload): object | true {
    const { message_id = 0 } = payload;
    const text = payload.rich_message ? flattenRich(payload.rich_message.blocks) : (payload.text ?? "a file");
    if (method === "sendChatAction") return true;
    if (method.startsWith("send")) {
      this.messages.set(++this.#lastId, text);
      return { message_id: this.#lastId };
    }
    const before = this.messages.get(message_id);
    if (method === "deleteMessage") {
      if (!this.messages.delete(message_id)) throw new Refused(method, 400, "message to delete not found", undefined);
      return true;
    }
    if (before === undefined) throw new Refused(method, 400, "message to edit not found", undefined);
    if (before === text) throw new Refused(method, 400, "message is not modified", undefined);
    this.messages.set(message_id, text);
    return { message_id };
  }
}
