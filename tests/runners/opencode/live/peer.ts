import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request that the peer got. */
export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly directory: string | null;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** What it answers: never, or with opencode's page, as the real one does of what it has no route for (1.18.33). */
export type Route = (
  asked: Asked,
) => { readonly status?: number; readonly body?: unknown } | "never" | "page" | undefined;

/** Acts as opencode's server. */
export interface Peer extends AsyncDisposable {
  readonly port: number;
  readonly asked: readonly Asked[];
  /** Sends an event to all that listen. */
  emit(type: string, properties: object): void;
  /** Sends these bytes as they are. */
  emitRaw(text: string): void;
  /** Breaks the event streams off. */
  breakOff(): void;
  /** The same, and none is taken any more. */
  refuseStreams(): void;
}

export async function startPeer(route: Route): Promise<Peer> {
  const asked: Asked[] = [];
  const streams = new Set<ServerResponse>();
  let isOpen = true;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://peer");
    const content = await text(request);
    const one: Asked = {
      method: request.method ?? "",
      path: pathname,
      directory: searchParams.get("directory"),
      authorization: request.headers.authorization,
      body: content === "" ? undefined : JSON.parse(content),
    };
    if (pathname === "/global/event" && !isOpen) {
      response.writeHead(500).end();
      return;
    }
    if (pathname === "/global/event") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(toData("server.connected", {}));
      streams.add(response);
      return;
    }
    asked.push(one);
    give(response, route(one) ?? "page");
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const emitRaw = (data: string): void => {
    for (const stream of streams) stream.write(data);
  };
  const breakOff = (): void => {
    for (const stream of streams) stream.destroy();
    streams.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    emitRaw,
    emit: (type, properties) => emitRaw(toData(type, properties)),
    breakOff,
    refuseStreams: () => {
      isOpen = false;
      breakOff();
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function give(response: ServerResponse, answer: NonNullable<ReturnType<Route>>): void {
  if (answer === "never") return;
  if (answer === "page") {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    return;
  }
  const { status = 200, body } = answer;
  response.writeHead(status).end(body === undefined ? "" : JSON.stringify(body));
}

const toData = (type: string, properties: object): string =>
  `data: ${JSON.stringify({ directory: "/repo", payload: { id: `evt_${randomUUID()}`, type, properties } })}\n\n`;
