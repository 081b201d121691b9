import { continuationName, type continuationOf } from "../bridge/continuation.ts";
import { machineTime } from "../domain/moment.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Button } from "./document.ts";
import { toButton } from "./told.ts";

type Continuation = NonNullable<ReturnType<typeof continuationOf>>;

/** Has a run continued when its limit is reset, or keeps it from that. */
export function continueButton({ id, chatId }: StoredRun, { at, isSettled }: Continuation, store: Store): Button {
  const label = isSettled ? "Do not continue" : `Continue ${machineTime(at)}`;
  const input = { action: isSettled ? "delete" : "save", name: continuationName(id), isApart: true };
  return toButton({ label, operation: "schedule", input }, chatId, store);
}
