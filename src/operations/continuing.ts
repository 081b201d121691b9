import { z } from "zod";
import { continuationName } from "../bridge/continuation.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { moment } from "../domain/moment.ts";
import type { Access, OperationButton } from "./operation.ts";

/** A run that continues by itself when its usage limit is reset. */
export const Continuing = z.object({
  /** The schedule that continues it. */
  name: z.string(),
  run: z.string(),
  engine: z.string(),
  project: z.string().nullable(),
  /** ms since 1970. */
  at: z.number(),
});
type Continuing = z.infer<typeof Continuing>;

export const continuingIn = ({ schedules, store }: Access, chat: string): Continuing[] =>
  schedules.list().flatMap(({ schedule: { name, chatId, when }, stored: { state, lastRunId } }) => {
    const run = lastRunId !== null && name === continuationName(lastRunId) ? store.runs.get(lastRunId) : undefined;
    if (!run || state !== "active" || chatId !== chat || !("at" in when)) return [];
    return [{ name, run: run.id, engine: run.engine, project: run.project, at: when.at }];
  });

export const tellContinuing = ({ engine, project, at, name }: Continuing, number: number): string =>
  [
    `${number}. ${inlineCode(engine)}`,
    ...(project === null ? [] : [inlineCode(project)]),
    `continues ${moment(at)}, when its usage limit is reset`,
    inlineCode(name),
  ].join(" · ");

export const dropButton = ({ name }: Continuing, number: number): OperationButton => ({
  ...{ label: `${number} Do not continue`, operation: "schedule", style: "danger" },
  input: { action: "delete", name, isApart: true },
});
