import type { SessionOperation } from "../../domain/run.ts";
import { UserError } from "../../errors.ts";
import type { Lookups } from "../lookups.ts";
import type { FilePlace, NewFile, OperationPlace, Worker } from "../port.ts";
import { toAnswer } from "./answer.ts";
import type { Carrier } from "./carrier.ts";
import type { Post } from "./post.ts";
import type { CallMessage } from "./schema.ts";
import type { ToolCalls } from "./tool-calls.ts";
import { newName } from "./values.ts";

export interface DeskOptions {
  readonly machine: string;
  readonly worker: Worker;
  readonly carrier: Carrier;
  readonly tools: ToolCalls;
  readonly post: Post;
}

/** Answers what the bridge asks of this machine. */
export class Desk {
  readonly #options: DeskOptions;
  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  readonly answer = async (body: Uint8Array): Promise<Uint8Array> => {
    const { machine, post } = this.#options;
    try {
      const value = await this.#do((await post.values.unpack(machine, body)) as CallMessage);
      return await post.values.pack(machine, { ok: true, value });
    } catch (error) {
      if (!(error instanceof UserError)) post.log.error({ err: error }, "worker.call_failed");
      return post.values.pack(machine, toAnswer(error, "it could not do that; its log has the cause."));
    }
  };

  async #do(message: CallMessage): Promise<unknown> {
    const { worker, carrier, tools } = this.#options;
    switch (message.call) {
      case "ping":
        return null;
      case "holds":
        return carrier.holds(message.jobId);
      case "command":
        return carrier.command(message.jobId, message.command);
      case "tool":
        return tools.hear(message.jobId, message.id, message);
      case "operate": {
        const { operation, place, input } = message;
        return worker.operate(operation as SessionOperation, place as OperationPlace, input);
      }
      case "look":
        return worker.look(message.name as keyof Lookups, message.input as never);
      case "put":
        return this.#put(message);
      case "read": {
        const { bytes: _, ...found } = await worker.read(message.place as FilePlace, message.path);
        return found;
      }
      case "fetch":
        return this.#fetch(message);
    }
  }

  #put({ place, file, object }: Extract<CallMessage, { call: "put" }>): Promise<unknown> {
    const { machine, worker, post } = this.#options;
    const bytes = post.objects.get(machine, object);
    const signal = new AbortController().signal;
    return worker.put(place as FilePlace, { ...(file as Omit<NewFile, "bytes" | "signal">), bytes, signal });
  }

  /** The name under which the broker has the bytes then. */
  async #fetch({ place, path }: Extract<CallMessage, { call: "read" | "fetch" }>): Promise<string> {
    const { machine, worker, post } = this.#options;
    const found = await worker.read(place as FilePlace, path);
    const object = newName();
    await post.objects.put(machine, object, found.bytes());
    return object;
  }
}
