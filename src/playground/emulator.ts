import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError } from "./bot-api/api-error.ts";
import { refuse, serveBotApi } from "./bot-api/server.ts";
import { type Control, createControl } from "./control.ts";
import { servePage } from "./page-api/server.ts";
import { DOCUMENTED_LIMITS, type FloodLimits } from "./world/flood.ts";
import { populate } from "./world/rooms.ts";
import { type RichMessages, World } from "./world/world.ts";

export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly token?: string;
  /** Defaults to what Telegram documents. */
  readonly limits?: FloodLimits | "off";
  readonly richMessages?: RichMessages;
  /** The page's key; a random one unless told otherwise. */
  readonly pageKey?: string;
  /** The clock of flood limits and dates, in ms since 1970. */
  readonly now?: () => number;
}

/** A Bot API server on 127.0.0.1 with a private chat and a forum group, and the page to talk in them. */
export interface Emulator extends Control {
  /** The `apiRoot` for clients, without a slash at its end. */
  readonly url: string;
  /** The chat page's address, with its key. */
  readonly pageUrl: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** @throws Error if the port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, token, limits = DOCUMENTED_LIMITS, richMessages = true, now = preciseNow } = options;
  const { pageKey = randomBytes(18).toString("base64url") } = options;
  const world = new World({
    ...(token !== undefined && { token }),
    limits: limits === "off" ? undefined : limits,
    now,
  });
  world.richMessages = richMessages;
  const control = createControl(world, populate(world));
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    serve({ world, pageKey }, request, response).catch((error) => fail(error, response));
  });
  // An idle connection that ends just when its client sends again would look like a network fault.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { ...control, url, pageUrl: `${url}/?key=${pageKey}`, close };
}

async function serve(
  site: { readonly world: World; readonly pageKey: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const isServed =
    (await serveBotApi(site.world, request, response, url)) || (await servePage(site, request, response, url));
  if (!isServed) refuse(response, new ApiError(404, "Not Found"));
}

/** A refusal that came while the body was read, or a fault of the emulator itself. */
function fail(error: unknown, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  const message = error instanceof Error ? error.message : String(error);
  refuse(response, error instanceof ApiError ? error : new ApiError(500, `Internal Server Error: ${message}`));
}

/** Like `Date.now()`, with fractions of a millisecond. */
function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
