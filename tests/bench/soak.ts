import { mib, outcomeIn, residentMiB, say, withBridge } from "./running.ts";
import type { Figure } from "./streams.ts";

const CHATS = 100;
const ROUNDS = 10;

/** Memory before and after many short runs; the first round warms up. */
export async function measureSoak(): Promise<Figure[]> {
  let before = Number.NaN;
  let after = Number.NaN;
  await withBridge({ chats: CHATS }, async (running) => {
    for (let round = 1; round <= ROUNDS + 1; round++) {
      for (const chatId of running.chats) say(running, chatId, `task ${round}`);
      await Promise.all(running.chats.map((chatId) => outcomeIn(running, chatId, round)));
      if (round === 1) before = residentMiB(running);
    }
    after = residentMiB(running);
  });
  const figure = `memory (RSS) before and after ${CHATS * ROUNDS} short runs`;
  return [{ figure, goal: "no growth", value: `${mib(before)}, ${mib(after)}` }];
}
