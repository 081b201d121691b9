import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { parseJson } from "../../../src/engine/json.ts";
import { EngineError } from "../../../src/errors.ts";
import { Refusal } from "./schema.ts";
import { EventStreamParser } from "./sse.ts";

/** The user name that opencode takes unless it is told another (1.18.33). */
export const USER = "opencode";

export interface Address {
  readonly port: number;
  readonly password: string;
}

export interface Call {
  readonly method: "GET" | "POST" | "PATCH";
  /** `/session/ses_...`, without a query. */
  readonly path: string;
  /** The project in which the server does it; a session's own comes before it. */
  readonly directory?: string;
  readonly body?: unknown;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** JSON as it was sent; undefined where there was none. */
  readonly body: unknown;
}

/** Asks one server on this machine. Calls have no time limit: some take as long as a model takes. */
export class Client {
  readonly #port: number;
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor({ port, password }: Address) {
    this.#port = port;
    this.#authorization = `Basic ${Buffer.from(`${USER}:${password}`).toString("base64")}`;
  }

  /** @throws EngineError where the server is gone, or the call was given up. */
  async send(call: Call): Promise<Answer> {
    const response = await this.#request(call, this.#agent);
    const content = await text(response).catch((cause: unknown) => {
      throw lost(cause);
    });
    return { status: response.statusCode ?? 0, body: parseJson(content) };
  }

  /** @throws EngineError with what the server said, where it refuses or answers in another form. */
  async ask<Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.infer<Schema>> {
    const answer = await this.send(call);
    requireTaken(answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new EngineError(`opencode answered ${call.path} in a form that is not known.`, { cause: parsed.error });
  }

  /**
   * Calls `take` with the data of every event of all projects, from `onOpen` on. Resolves at the stream's end.
   *
   * @throws EngineError where it is refused or breaks off.
   */
  async listen(take: (data: string) => void, onOpen: () => void): Promise<void> {
    const response = await this.#request({ method: "GET", path: "/global/event" });
    if (response.statusCode !== 200) throw new EngineError(explain(response.statusCode ?? 0, undefined));
    onOpen();
    const parser = new EventStreamParser();
    try {
      for await (const chunk of response) for (const data of parser.push(chunk as Uint8Array)) take(data);
    } catch (cause) {
      throw lost(cause);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #request({ method, path, directory, body, signal }: Call, agent?: Agent): Promise<IncomingMessage> {
    const query = directory === undefined ? "" : `?directory=${encodeURIComponent(directory)}`;
    const content = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      authorization: this.#authorization,
      ...(content !== "" && { "content-type": "application/json", "content-length": Buffer.byteLength(content) }),
    };
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: this.#port, method, path: path + query, headers, agent, signal };
      const outgoing = request(options, resolve);
      outgoing.on("error", (cause) => reject(lost(cause)));
      outgoing.end(content);
    });
  }
}

/** @throws EngineError with what the server said, where it refused. */
export function requireTaken({ status, body }: Answer): void {
  if (status >= 400) throw new EngineError(explain(status, body));
}

const lost = (cause: unknown): EngineError => new EngineError("opencode's server does not answer any more.", { cause });

function explain(status: number, body: unknown): string {
  const { message, data } = Refusal.safeParse(body).data ?? {};
  return data?.message ?? message ?? `opencode's server answered with status ${status}.`;
}
