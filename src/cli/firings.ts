import { tableTime } from "../domain/moment.ts";
import type { StoredFiring } from "../store/firings.ts";
import { formatColumns } from "./terminal.ts";

const HEADER = ["when", "what", "did", "run"];

/** Acts of triggers and schedules, newest first. */
export function formatFirings(firings: readonly StoredFiring[]): string {
  if (firings.length === 0) return "No trigger and no schedule has fired yet.\n";
  return formatColumns([HEADER, ...firings.map(toRow)]);
}

function toRow({ type, source, dueAt, runId, reason }: StoredFiring): string[] {
  return [tableTime(dueAt), `${type} ${source}`, reason === null ? "fired" : `did not: ${reason}`, runId ?? "-"];
}
