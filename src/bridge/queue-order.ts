import { UserError } from "../errors.ts";
import type { StoredRun } from "../store/stored-run.ts";

/**
 * Ids of waiting runs with one of them moved to a place, 1 = next.
 *
 * @throws UserError if a run would come before the one whose session it continues.
 */
export function orderWith(id: string, place: number, waiting: readonly StoredRun[]): readonly string[] {
  const moved = waiting.filter((one) => one.id === id);
  const order = waiting.filter((one) => one.id !== id).toSpliced(place - 1, 0, ...moved);
  const isEarly = ({ follows }: StoredRun, index: number) => order.findIndex((one) => one.id === follows) > index;
  if (order.some(isEarly)) throw new UserError("A task cannot come before the one whose session it continues.");
  return order.map((one) => one.id);
}
