import { z } from "zod";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { askedBy } from "./find.ts";
import { type FoundHere, findSaved, projectsOf } from "./found-sessions.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";

const Input = z.strictObject({
  session: z.string().min(1).optional().describe("its id or the beginning of it; the newest unless told"),
  engine: z.string().min(1).optional(),
  project: z.string().min(1).optional(),
});

export const continueSession = defineOperation({
  name: "continue",
  summary: "resume a session that began in a terminal; a reply continues it",
  input: Input,
  output: z.object({ run: z.string(), session: z.string(), engine: z.string(), resumeLine: z.string() }),
  argument: "session",
  intent: "write",
  idempotent: true,
  examples: [{}],
  run: async (access, input, caller) => {
    const { engine: id, session, project } = await find(access, input, caller);
    const engine = access.engines.find((one) => one.id === id);
    if (!engine) throw new UserError(`The engine '${id}' is not known here.`, { code: "not_found" });
    const run = access.bridge.threads.adopt({ engine, session, project }, askedBy(caller, access));
    return { run: run.id, session, engine: id, resumeLine: engine.resume.format(session) };
  },
  tell: ({ run: runId, resumeLine }) => ({
    body: `A reply to this continues the session.\n\n${inlineCode(resumeLine)}`,
    runId,
  }),
});

async function find(access: Access, input: z.infer<typeof Input>, { place }: Caller): Promise<FoundHere> {
  const { found, problems } = await findSaved(access, projectsOf(access, input.project, place.chatId));
  const { session = "", engine } = input;
  const fits = found.filter((one) => one.session.startsWith(session) && (engine ?? one.engine) === one.engine);
  const [first, ...others] = fits;
  if (!first) {
    const why = problems.length === 0 ? "" : ` ${problems.join(" ")}`;
    throw new UserError(`No session like that is here: \`sessions all\` lists them.${why}`, { code: "not_found" });
  }
  if (session === "" || others.length === 0) return first;
  const names = fits.map((one) => one.session).join(", ");
  throw new UserError(`Several sessions begin with ${session}: ${names}. Name one of them in full.`, { code: "usage" });
}
