import { z } from "zod";
import type { RpcPeer } from "../../../src/engine/json-rpc.ts";
import { endMarkedProcesses } from "../../../src/engine/marked.ts";

const terminals = z.object({ data: z.array(z.unknown()) });

/** Ends a turn, but not its commands. One that is over already is no error. */
export async function interruptTurn(peer: RpcPeer, threadId: string, turnId: string): Promise<void> {
  await peer.call("turn/interrupt", { threadId, turnId }, z.unknown()).catch(() => {});
}

/**
 * Ends the commands that a turn left running, which codex keeps. codex itself ends no command that ignores SIGTERM, and
 * none that left its group and session (seen in 0.169.0 without a sandbox): the run's mark finds these. Never throws.
 */
export async function endCommands(
  peer: RpcPeer,
  { threadId, runId, isStopped }: { readonly threadId: string; readonly runId: string; readonly isStopped: boolean },
): Promise<void> {
  try {
    const { data } = await peer.call("thread/backgroundTerminals/list", { threadId }, terminals);
    if (data.length > 0) await peer.call("thread/backgroundTerminals/clean", { threadId }, z.unknown());
    if (data.length > 0 || isStopped) await endMarkedProcesses(runId);
  } catch {
    // The server has ended, or it keeps no such list.
    await endMarkedProcesses(runId);
  }
}
