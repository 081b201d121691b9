import type { Bridge } from "../bridge/bridge.ts";
import type { StoredRun } from "../store/runs.ts";
import type { AnswerLater } from "./answers.ts";
import type { Press } from "./incoming.ts";
import { compactThread, forkThread } from "./thread-answers.ts";

const BEGUN = { compact: "Compacting.", fork: "Forking." };

/** Begins what a button of `/sessions` asks for; the result is told in the chat. */
export function pressThread(
  action: "compact" | "fork",
  run: StoredRun,
  { press, bridge, answerLater }: { press: Press; bridge: Bridge; answerLater: AnswerLater },
): string {
  const { threads } = bridge;
  const work = async () => {
    const thread = threads.of(run);
    return action === "compact" ? compactThread(thread, threads) : forkThread(thread, threads, press);
  };
  answerLater(press, work());
  return BEGUN[action];
}
