import type { SentEvent } from "./schema.ts";

/** What still counts of the things that a run has said: no answered questions, no acknowledgements, the newest text. */
export function catchUp(events: readonly SentEvent[]): readonly SentEvent[] {
  const resolved = new Set(events.flatMap((event) => (event.type === "resolved" ? [event.questionId] : [])));
  const newest = events.findLast(({ type }) => type === "text");
  return events.filter((event) => {
    if (event.type === "ack" || event.type === "resolved") return false;
    if (event.type === "question") return !resolved.has(event.question.id);
    return event.type !== "text" || event === newest;
  });
}
