import type { Socket } from "node:net";
import { BOUNDS } from "../bounds.ts";
import { LineSplitter } from "../engine/lines.ts";
import type { ControlReply, ControlRequest, Hello } from "./protocol.ts";

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
  const lines = new LineSplitter({ maxBytes: BOUNDS.controlSocket.lineBytes });
  // A connection that breaks is over; "close" tells whoever waits for it.
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
      if (socket.writableLength > BOUNDS.controlSocket.unreadBytes) socket.destroy();
      else if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
    },
    close: () => socket.end(),
  };
}
