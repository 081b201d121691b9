import { UserError } from "../errors.ts";
import type { Access } from "./operation.ts";

/** Why something cannot be done to the turn of a run now. */
export function whyNotInTurn({ bridge, store }: Access, id: string, ability: "steer" | "interrupt"): UserError {
  const run = store.runs.get(id);
  const isActive = run && bridge.active(run.chatId).some((one) => one.id === id);
  if (!isActive) return new UserError("Nothing is running for that message.", { code: "not_found" });
  if (!bridge.isRunning(id))
    return new UserError("It has not begun yet: `/cancel` drops it from the queue.", { code: "busy" });
  return new UserError(
    `${bridge.threads.whyNot(run, ability) ?? "Its turn is just beginning."} \`/cancel\` stops the run.`,
  );
}
