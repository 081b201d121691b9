import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { z } from "zod";
import { BOUNDS } from "../bounds.ts";
import type { ErrorCode } from "../errors.ts";
import { type LineSocket, openLineSocket } from "./line-socket.ts";
import { type ControlRequest, exitCodes, OperationFailure, PROTOCOL } from "./protocol.ts";

const hello = z.object({ protocol: z.number(), version: z.string() });
const codes = Object.keys(exitCodes) as [ErrorCode, ...ErrorCode[]];
const reply = z.union([
  z.object({ id: z.string(), error: z.object({ code: z.enum(codes), message: z.string() }) }),
  z.object({ id: z.string(), event: z.unknown().refine((event) => event !== undefined) }),
  z.object({ id: z.string(), output: z.unknown() }),
]);

export interface Call {
  readonly operation: string;
  readonly input: unknown;
  readonly token?: string | undefined;
  readonly surface?: ControlRequest["surface"];
  readonly onEvent?: ((event: unknown) => void) | undefined;
  /** ms; without it the call lasts until it is answered, the bridge ends, or `signal` is aborted. */
  readonly limitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly call: Call;
  readonly settle: (outcome: { output: unknown } | { failure: OperationFailure }) => void;
}

/** A connection to the bridge's control socket; calls may overlap. */
export class ControlClient {
  readonly #socket: Socket;
  readonly #lines: LineSocket;
  readonly #waiting = new Map<string, Waiting>();
  #calls = 0;

  private constructor(socket: Socket, lines: LineSocket) {
    this.#socket = socket;
    this.#lines = lines;
    socket.once("close", () => {
      const failure = new OperationFailure("no_bridge", "The bridge ended before it answered.");
      for (const { settle } of this.#waiting.values()) settle({ failure });
    });
  }

  /**
   * Connects and compares protocols.
   *
   * @throws OperationFailure: `no_bridge` if none listens there (a socket that a dead one left is removed), `failed` if
   *   it speaks another protocol.
   */
  static async connect(path: string, version: string): Promise<ControlClient> {
    const socket = await reach(path);
    return new Promise((resolve, reject) => {
      let client: ControlClient | undefined;
      const refuse = (code: ErrorCode, message: string) => {
        reject(new OperationFailure(code, message));
        socket.destroy();
      };
      const late = setTimeout(
        () => refuse("no_bridge", "The bridge does not answer: restart it."),
        BOUNDS.controlSocket.helloMs,
      );
      socket.once("close", () => {
        clearTimeout(late);
        refuse("no_bridge", "The bridge ended the connection: see its log.");
      });
      const lines = openLineSocket(socket, (value) => {
        if (client) {
          client.#take(value);
          return;
        }
        clearTimeout(late);
        const greeting = hello.parse(value);
        if (greeting.protocol !== PROTOCOL) {
          refuse("failed", `The bridge is takopi ${greeting.version} and this is ${version}: restart the bridge.`);
          return;
        }
        lines.send({ protocol: PROTOCOL, version });
        client = new ControlClient(socket, lines);
        resolve(client);
      });
    });
  }

  /** @throws OperationFailure with the code that the bridge gave, or `no_bridge` if it ends first. */
  async call(call: Call): Promise<unknown> {
    const { operation, input, token, surface, limitMs, signal } = call;
    signal?.throwIfAborted();
    const id = String(++this.#calls);
    let timer: NodeJS.Timeout | undefined;
    let stop = (): void => {};
    try {
      const outcome = await new Promise<{ output: unknown } | { failure: OperationFailure }>((settle) => {
        this.#waiting.set(id, { call, settle });
        const fail = (code: ErrorCode, message: string) => settle({ failure: new OperationFailure(code, message) });
        if (this.#socket.destroyed) fail("no_bridge", "The bridge has ended.");
        if (limitMs !== undefined) timer = setTimeout(() => fail("failed", "The bridge took too long."), limitMs);
        stop = () => fail("interrupted", "Interrupted.");
        signal?.addEventListener("abort", stop);
        this.#lines.send({ id, operation, input, token, surface });
      });
      if ("failure" in outcome) throw outcome.failure;
      return outcome.output;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#lines.close();
    this.#socket.unref();
  }

  #take(value: unknown): void {
    const answer = reply.parse(value);
    const waiting = this.#waiting.get(answer.id);
    if ("error" in answer) waiting?.settle({ failure: new OperationFailure(answer.error.code, answer.error.message) });
    else if ("event" in answer) waiting?.call.onEvent?.(answer.event);
    else waiting?.settle({ output: answer.output });
  }
}

function reach(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (cause: NodeJS.ErrnoException) => {
      // Nobody listens: a bridge that was killed left it.
      if (cause.code === "ECONNREFUSED") rmSync(path, { force: true });
      reject(new OperationFailure("no_bridge", NO_BRIDGE, { cause }));
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

const NO_BRIDGE = "No bridge runs here; start it with `takopi`.";
