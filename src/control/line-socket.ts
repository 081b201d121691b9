import type { Socket } from "node:net";
import { LineSplitter } from "../engine/lines.ts";
import { type ControlReply, type ControlRequest, type Hello, MAX_LINE_BYTES } from "./protocol.ts";

/** A peer that reads slower than this much waits for it is let go of. */
const MAX_UNREAD_BYTES = 16 * MAX_LINE_BYTES;

export interface LineSocket {
  send(value: Hello | ControlRequest | ControlReply): void;
  close(): void;
}

/**
 * One JSON value a line over a socket.
 *
 * @param take Called with each value, in order. If it throws, the connection ends.
 */
export function openLineSocket(socket: Socket, take: (value: unknown) => void): LineSocket {
  const lines = new LineSplitter({ maxBytes: MAX_LINE_BYTES });
  // A connection that breaks is over; whoever waits for it hears that by "close".
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    try {
      for (const line of lines.push(chunk)) take(JSON.parse(line));
      if (lines.tooLong > 0) socket.destroy();
    } catch {
      socket.destroy();
    }
  });
  return {
    send: (value) => {
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
      else if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
    },
    close: () => socket.end(),
  };
}
