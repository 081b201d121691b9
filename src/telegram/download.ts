import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSafe } from "node:https";
import { BOUNDS } from "../bounds.ts";
import { MAX_FETCHED_BYTES } from "../domain/files.ts";
import { UserError } from "../errors.ts";
import { Refused, type Telegram } from "./api.ts";
import { type ApiServer, OFFICIAL_ROOT, proxyAgent } from "./proxy.ts";

export interface DownloadLimits {
  /** For all of a file, ms. */
  readonly wholeMs: number;
  /** For the connection, and between two pieces of a file, ms. */
  readonly silenceMs: number;
}

export interface Downloads {
  readonly telegram: Telegram;
  readonly token: string;
  readonly server: ApiServer;
  readonly limits?: DownloadLimits;
}

/**
 * The bytes of a file by its id, at most what a bot may fetch. Its address holds the token, so no error names it.
 *
 * @throws UserError if Telegram will never give it; any other error, also while it is read, may pass.
 */
export async function download(
  { telegram, token, server, limits = BOUNDS.download }: Downloads,
  fileId: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const path = await pathOf(telegram, fileId, signal);
  const ended = AbortSignal.any([signal, AbortSignal.timeout(limits.wholeMs)]);
  const url = `${server.api_root ?? OFFICIAL_ROOT}/file/bot${token}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const response = await request(url, { agent: proxyAgent(server), signal: ended, timeout: limits.silenceMs });
  if (response.statusCode === 200) return pieces(response);
  response.destroy();
  throw new Error(`the file server answers ${response.statusCode}`);
}

async function pathOf(telegram: Telegram, fileId: string, signal: AbortSignal): Promise<string> {
  const { file_path: path } = await telegram.call("getFile", { file_id: fileId }, signal).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.code !== 400) throw error;
    const isTooBig = /too big/i.test(error.reason);
    const why = isTooBig ? "it is larger than 20 MiB, the most that a bot can fetch" : error.reason;
    throw new UserError(`Telegram does not give the file: ${why}.`, { cause: error });
  });
  if (path === undefined) throw new Error("getFile gave no path");
  if (!path.startsWith("/")) return path;
  throw new UserError("This Bot API server keeps its files to itself: start it without `--local`.");
}

type Options = Parameters<typeof getPlain>[1] & { readonly timeout: number };

function request(url: string, options: Options): Promise<IncomingMessage> {
  const get = url.startsWith("https:") ? getSafe : getPlain;
  return new Promise((resolve, reject) => {
    const sent = get(url, options, resolve);
    sent.on("timeout", () => sent.destroy(new Error(`the file server was silent for ${options.timeout / 1000} s`)));
    sent.on("error", (error) => reject(withoutAddress(error)));
  });
}

async function* pieces(response: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  try {
    for await (const piece of response) {
      size += piece.length;
      yield piece;
      // One more than is allowed is passed on, so that whoever writes it sees that it is too much.
      if (size > MAX_FETCHED_BYTES) return;
    }
  } catch (error) {
    throw withoutAddress(error);
  } finally {
    response.destroy();
  }
}

function withoutAddress(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(/bot\d+:/.test(message) ? (code ?? "network error") : message);
}
