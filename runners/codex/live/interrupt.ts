import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Peer } from "./peer.ts";

const terminals = z.object({ data: z.array(z.unknown()) });
const PAUSE_MS = 20;

/** Ends a turn, but not its commands. One that is over already is no error. */
export async function interruptTurn(peer: Peer, threadId: string, turnId: string): Promise<void> {
  await peer.call("turn/interrupt", { threadId, turnId }, z.unknown()).catch(() => {});
}

/** Ends the commands that a turn left running, which codex keeps (seen in 0.169.0). Never throws. */
export async function endCommands(peer: Peer, threadId: string): Promise<void> {
  const countRunning = async (): Promise<number> => {
    const { data } = await peer.call("thread/backgroundTerminals/list", { threadId }, terminals);
    return data.length;
  };
  try {
    while ((await countRunning()) > 0) {
      await peer.call("thread/backgroundTerminals/clean", { threadId }, z.unknown());
      await delay(PAUSE_MS);
    }
  } catch {
    // The server has ended, and its commands with it; or it keeps no such list.
  }
}
