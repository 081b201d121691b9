import { Api, GrammyError, HttpError, InputFile, type RawApi } from "grammy";
import { BOUNDS } from "../bounds.ts";
import type { BinaryFile, TextFile } from "../chat/document.ts";
import { InDoubt } from "../chat/transport.ts";
import { UserError } from "../errors.ts";
import { type ApiServer, proxyAgent } from "./proxy.ts";

/** Telegram understood the request and said no. Without a stack: it is expected, and logged at each retry. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: number;
  /** Telegram's words, without "Bad Request: ". */
  readonly reason: string;
  /** For a 429: seconds, 1 to an hour; 5 if Telegram names none. */
  readonly retryAfterS: number | undefined;
  /** The supergroup that the group has become. */
  readonly movedTo: string | undefined;
  constructor(method: string, code: number, reason: string, retryAfterS: number | undefined, movedTo?: number) {
    super(`${method}: ${code} ${reason}`);
    this.code = code;
    this.reason = reason;
    this.retryAfterS = code === 429 ? waitWithin(retryAfterS) : undefined;
    this.movedTo = movedTo === undefined ? undefined : String(movedTo);
    delete this.stack;
  }
}

/** A timer longer than some 24 days fires at once, and nobody wants to wait a day for a wrong number. */
const LONGEST_RETRY_S = 3_600;

const waitWithin = (namedS: number | undefined): number =>
  Number.isFinite(namedS) ? Math.min(Math.max(Number(namedS), 1), LONGEST_RETRY_S) : 5;

/** No answer came; without a stack, too. Holds no cause: network errors name URLs, and these hold the token. */
export class Unreachable extends InDoubt {
  override readonly name = "Unreachable";
  /** False only if it is certain that Telegram never saw the request. */
  readonly mayHaveArrived: boolean;
  constructor(method: string, code: string, mayHaveArrived: boolean) {
    super(`${method}: ${code}`);
    this.mayHaveArrived = mayHaveArrived;
    delete this.stack;
  }
}

export type Methods = RawApi;
export type MethodName = keyof Methods & string;
export type Payload<M extends MethodName> = Parameters<Methods[M]>[0];
export type Answer<M extends MethodName> = Awaited<ReturnType<Methods[M]>>;

/** One call to the Bot API, tried once. */
export interface Telegram {
  /** @throws Refused, Unreachable, or `signal.reason`. */
  call<M extends MethodName>(method: M, payload: Payload<M>, signal?: AbortSignal): Promise<Answer<M>>;
}

/** Errors of a request that never left this machine. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"]);

/**
 * @param ended Ends every call: an answer that never comes must not keep the program from ending.
 * @throws ConfigError for a proxy that cannot be used.
 */
export function createTelegram(token: string, server: ApiServer, ended?: AbortSignal): Telegram {
  const agent = proxyAgent(server);
  const api = new Api(token, {
    timeoutSeconds: BOUNDS.telegram.callMs / 1000,
    ...(server.api_root !== undefined && { apiRoot: server.api_root }),
    ...(agent && { baseFetchConfig: { agent, compress: true } }),
  });
  return {
    call: async (method, payload, own) => {
      const signals = [own, ended].filter((one) => one !== undefined);
      const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
      try {
        const invoke = api.raw[method] as (...args: unknown[]) => Promise<never>;
        // grammY takes the signal first if a method has no parameters, and drops one that comes second.
        return await (payload === undefined ? invoke(signal) : invoke(payload, signal));
      } catch (error) {
        throw signal?.aborted ? signal.reason : toFailure(method, error);
      }
    },
  };
}

function toFailure(method: string, error: unknown): unknown {
  if (error instanceof GrammyError) {
    const reason = error.description.replace(/^Bad Request: /, "");
    const { retry_after, migrate_to_chat_id } = error.parameters;
    return new Refused(method, error.error_code, reason, retry_after, migrate_to_chat_id);
  }
  if (error instanceof HttpError) {
    // Not the network's: a file that is sent cannot be read any more.
    if (error.error instanceof UserError) return error.error;
    const code = errorCode(error.error);
    return new Unreachable(method, code, !NOT_SENT.has(code));
  }
  return error;
}

function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "network error";
  if ("code" in error && typeof error.code === "string") return error.code;
  // A gateway's own error page, mostly.
  if ("type" in error && error.type === "invalid-json") return "the answer is no JSON";
  if ("type" in error && typeof error.type === "string") return error.type;
  return "network error";
}

/** A file to send; each try reads its bytes again. */
export const toUpload = (file: TextFile | BinaryFile): InputFile =>
  new InputFile(() => ("text" in file ? textBytes(file) : file.bytes()), file.name);

async function* textBytes({ text, rest }: TextFile): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
  for (const piece of rest?.() ?? []) yield Buffer.from(piece);
}
