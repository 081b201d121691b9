import { Agent, type IncomingMessage, request } from "node:http";
import { z } from "zod";
import { BOUNDS } from "../../../src/bounds.ts";
import { parseJson } from "../../../src/engine/json.ts";
import { MissingMethod } from "../../../src/engine/missing-method.ts";
import { Taps } from "../../../src/engine/tap.ts";
import { EngineError } from "../../../src/errors.ts";
import { explainRefusal } from "./refusal.ts";
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
  /** For what takes longer than other calls. */
  readonly limitMs?: number;
}

export interface Answer {
  readonly status: number;
  /** JSON as it was sent; undefined if there was none. */
  readonly body: unknown;
}

/** Asks one server on this machine. */
export class Client {
  readonly #port: number;
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #taps = new Taps();
  readonly tap = this.#taps.add;

  constructor({ port, password }: Address) {
    this.#port = port;
    this.#authorization = `Basic ${Buffer.from(`${USER}:${password}`).toString("base64")}`;
  }

  /**
   * @throws MissingMethod if this version has no such route; EngineError if the server is gone or answers too late or too
   *   much, or if the call was given up.
   */
  async send(call: Call): Promise<Answer> {
    const { limitMs = BOUNDS.liveServer.callMs, path } = call;
    this.#taps.said(`${JSON.stringify({ method: call.method, path, body: call.body })}\n`);
    const late = AbortSignal.timeout(limitMs);
    const signal = call.signal === undefined ? late : AbortSignal.any([call.signal, late]);
    try {
      const response = await this.#request({ ...call, signal }, this.#agent);
      const answer = { status: response.statusCode ?? 0, body: parseJson(await readText(response, path)) };
      if (isUnknownRoute(response, answer)) throw new MissingMethod("opencode", `it has no ${call.method} ${path}`);
      return answer;
    } catch (error) {
      if (!late.aborted) throw error;
      throw new EngineError(`opencode did not answer ${path} within ${limitMs / 1000} s.`, { cause: error });
    }
  }

  /** @throws EngineError with what the server said, if it refuses or answers in another form. */
  async ask<Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.infer<Schema>> {
    const answer = await this.send(call);
    requireTaken(answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new EngineError(`opencode answered ${call.path} in a form that is not known.`, { cause: parsed.error });
  }

  /**
   * Calls `take` with the data of every event of all projects, from `onOpen` on. Resolves at the stream's end, also if
   * the server sends nothing for too long: it sends a sign of life every 10 s.
   *
   * @throws EngineError if it is refused or breaks off; `signal.reason` does not matter.
   */
  async listen(take: (data: string) => void, onOpen: () => void, signal?: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const watch = setTimeout(() => silence.abort(), BOUNDS.liveServer.silentMs);
    const ended = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
    try {
      const response = await this.#request({ method: "GET", path: "/global/event", signal: ended });
      if (response.statusCode !== 200) throw new EngineError(explainRefusal(response.statusCode ?? 0, undefined));
      onOpen();
      const parser = new EventStreamParser();
      for await (const chunk of response) {
        watch.refresh();
        for (const data of parser.push(chunk as Uint8Array)) {
          this.#taps.heard(Buffer.from(`${data}\n`));
          take(data);
        }
      }
    } catch (cause) {
      throw cause instanceof EngineError ? cause : lost(cause);
    } finally {
      clearTimeout(watch);
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

/** opencode answers a path without a route with its web page (1.18.33); its refusals have a name. */
const isUnknownRoute = ({ headers }: IncomingMessage, { status, body }: Answer): boolean =>
  headers["content-type"]?.startsWith("text/html") === true || (status === 404 && !Named.safeParse(body).success);

const Named = z.union([z.object({ name: z.string() }), z.object({ _tag: z.string() })]);

/** @throws EngineError with what the server said, if it refused. */
export function requireTaken({ status, body }: Answer): void {
  if (status >= 400) throw new EngineError(explainRefusal(status, body));
}

async function readText(response: IncomingMessage, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += (chunk as Buffer).length;
      if (size > BOUNDS.liveServer.answerBytes) throw new EngineError(`opencode answered ${path} with too much.`);
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw cause instanceof EngineError ? cause : lost(cause);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const lost = (cause: unknown): EngineError => new EngineError("opencode's server does not answer any more.", { cause });
