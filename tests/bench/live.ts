import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { quantile } from "./quantile.ts";
import { LIVE_PEER, ms, now, onLogged, outcomeIn, say, withBridge } from "./running.ts";
import type { Figure } from "./streams.ts";

const TURNS = 15;

/** A turn of a warm thread through the bridge, beside the same turn of the same peer driven bare. */
export async function measureLive(): Promise<Figure[]> {
  const bare = await bareTurns();
  const turns: number[] = [];
  await withBridge({ engine: "live" }, async (running) => {
    const [chatId = 0] = running.chats;
    const ends: number[] = [];
    onLogged(running, "run.completed", (at) => ends.push(at));
    for (let turn = 0; turn <= TURNS; turn++) {
      const sentAt = now();
      say(running, chatId, "answer");
      await outcomeIn(running, chatId, turn + 1);
      // The first one starts the peer.
      if (turn > 0) turns.push((ends[turn] ?? Number.NaN) - sentAt);
    }
  });
  const value = `${ms(quantile(turns, 0.5))}, the peer alone ${ms(quantile(bare, 0.5))}`;
  return [{ figure: "warm live turn, update to its end, median", goal: "the peer's + 25 ms", value }];
}

async function bareTurns(): Promise<number[]> {
  const peer = spawn(process.execPath, [LIVE_PEER, "--mode", "rpc"], { stdio: ["pipe", "pipe", "ignore"] });
  const turns: number[] = [];
  let sentAt = 0;
  const begin = () => {
    sentAt = now();
    peer.stdin.write(`${JSON.stringify({ id: `p${turns.length}`, type: "prompt", message: "answer" })}\n`);
  };
  begin();
  for await (const line of createInterface(peer.stdout)) {
    if (!line.includes('"agent_settled"')) continue;
    turns.push(now() - sentAt);
    if (turns.length > TURNS) break;
    begin();
  }
  peer.kill("SIGKILL");
  return turns.slice(1);
}
