import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import { BOUNDS } from "../bounds.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type LineSocket, openLineSocket } from "./line-socket.ts";
import { type ControlReply, type ControlRequest, OperationFailure, PROTOCOL } from "./protocol.ts";

const MAX_CONNECTIONS = 64;

export interface ControlSetup {
  /** Absolute; whatever lies there is replaced, so the caller must hold the lock of the state file. */
  readonly path: string;
  readonly version: string;
  /**
   * Carries out one request. `emit` sends an event; `gone` is aborted if the client leaves.
   *
   * @throws OperationFailure or UserError for what the caller can fix.
   */
  readonly handle: (request: ControlRequest, emit: (event: unknown) => void, gone: AbortSignal) => Promise<unknown>;
  readonly log: Logger;
}

export interface ControlServer {
  /** Takes no more requests and lets go of all clients. */
  close(): Promise<void>;
}

const hello = z.object({ protocol: z.literal(PROTOCOL), version: z.string() });
const request = z.object({
  ...{ id: z.string(), operation: z.string(), input: z.unknown(), token: z.string().optional() },
  surface: z.enum(["cli", "mcp"]).optional(),
});

/**
 * Opens the control socket. Only its owner may connect: the socket is 0600 and its directory 0700; Node cannot ask for
 * the peer's user id.
 *
 * @throws if the path cannot be listened on, as when it is longer than the system's 103 or 107 bytes.
 */
export async function serveControl(setup: ControlSetup): Promise<ControlServer> {
  const { path } = setup;
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on("close", () => clients.delete(socket));
    new Client(socket, setup);
  });
  server.maxConnections = MAX_CONNECTIONS;
  rmSync(path, { force: true });
  await listen(server, path);
  server.on("error", (err) => setup.log.error({ err }, "control.failed"));
  return {
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of clients) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The socket is made inside `listen`, with the rights of this moment.
    const before = process.umask(0o177);
    try {
      server.once("error", reject).listen(path, () => {
        server.off("error", reject);
        chmodSync(path, 0o600);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

class Client {
  readonly #setup: ControlSetup;
  readonly #lines: LineSocket;
  readonly #gone = new AbortController();
  readonly #late: NodeJS.Timeout;
  #isGreeted = false;

  constructor(socket: Socket, setup: ControlSetup) {
    this.#setup = setup;
    this.#lines = openLineSocket(socket, (value) => this.#take(value));
    this.#late = setTimeout(() => socket.destroy(), BOUNDS.controlSocket.helloMs).unref();
    socket.once("close", () => {
      clearTimeout(this.#late);
      this.#gone.abort();
    });
    this.#lines.send({ protocol: PROTOCOL, version: setup.version });
  }

  #take(value: unknown): void {
    if (this.#isGreeted) {
      void this.#serve(request.parse(value));
      return;
    }
    hello.parse(value);
    clearTimeout(this.#late);
    this.#isGreeted = true;
  }

  async #serve(asked: z.infer<typeof request>): Promise<void> {
    const { id, operation } = asked;
    const { handle, log } = this.#setup;
    try {
      const emit = (event: unknown) => this.#lines.send({ id, event });
      const output = await handle({ ...asked, input: asked.input }, emit, this.#gone.signal);
      this.#lines.send(fitting({ id, output: output ?? null }));
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      const isExpected = error instanceof OperationFailure || error instanceof UserError;
      if (!isExpected) log.error({ err: error, operation }, "control.operation_failed");
      const message = isExpected ? error.message : "Something broke in the bridge; its log has the cause.";
      this.#lines.send({ id, error: { code: isExpected ? error.code : "failed", message } });
    }
  }
}

/** A message that is too long for a line would end the connection. */
function fitting(reply: { readonly id: string; readonly output: unknown }): ControlReply {
  if (Buffer.byteLength(JSON.stringify(reply)) < BOUNDS.controlSocket.lineBytes) return reply;
  const message = "The answer is too large for the control socket: ask for less of it.";
  return { id: reply.id, error: { code: "failed", message } };
}
