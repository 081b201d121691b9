import { z } from "zod";
import type { Thread } from "../bridge/threads.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { askedBy, findThread } from "./find.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";

const MOST_TURNS = 20;

const Output = z.object({
  run: z.string(),
  resumeLine: z.string(),
  turns: z.number(),
  /** Why it were not as many as asked for. */
  problem: z.string().nullable(),
});

export const undo = defineOperation({
  name: "undo",
  summary: "take back the last turn, or as many as you say, of the session you reply to",
  input: z.strictObject({
    session: z.string().optional(),
    turns: z.coerce.number().int().min(1).max(MOST_TURNS).default(1),
  }),
  output: Output,
  argument: "turns",
  operands: ["session"],
  intent: "destroy",
  idempotent: false,
  examples: [{ turns: 1 }, { turns: 2 }],
  run: async (access, { session, turns }, caller) => {
    let thread = await takeBack(findThread(access, session, caller), access, caller);
    for (let done = 1; done < turns; done++) {
      try {
        thread = await takeBack(thread, access, caller);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return told(thread, done, error.userText);
      }
    }
    return told(thread, turns, null);
  },
  tell: ({ run: runId, resumeLine, turns, problem }) => {
    const what = turns === 1 ? "The last turn was" : `The last ${turns} turns were`;
    const why = problem === null ? "" : ` No more could be: ${problem}`;
    const how = "files stay as they are. A reply to this continues without";
    return {
      body: `${what} taken back; ${how} ${turns === 1 ? "it" : "them"}.${why}\n\n${inlineCode(resumeLine)}`,
      runId,
    };
  },
});

/** Takes one turn back; gives what is left. @throws UserError */
async function takeBack(thread: Thread, access: Access, caller: Caller): Promise<Thread> {
  const { threads } = access.bridge;
  return threads.of(await threads.undo(thread, askedBy(caller, access)));
}

const told = ({ engine, session, run }: Thread, turns: number, problem: string | null): z.infer<typeof Output> => ({
  ...{ run: run.id, resumeLine: engine.resume.format(session), turns, problem },
});
