import { z } from "zod";
import { ifKnown } from "../../../src/engine/missing-method.ts";
import type { Client } from "./client.ts";
import {
  FullMessages,
  type LiveEvent,
  LivePart,
  OpenPermissions,
  OpenQuestions,
  type PermissionRequest,
  type QuestionRequest,
  Statuses,
} from "./schema.ts";
import type { LiveState } from "./state.ts";

export interface Missed {
  /** As the server would have told them; what was told before has no effect. */
  readonly events: readonly LiveEvent[];
  /** The session is idle, and nothing answers its newest message. */
  readonly isUnanswered: boolean;
}

const Children = z.array(z.object({ id: z.string() }));

/**
 * Everything that may have happened to a run while its event stream was broken. The status is read before the messages:
 * those of an idle session are complete then.
 *
 * @throws EngineError if the server does not say.
 */
export async function readMissed(client: Client, state: LiveState): Promise<Missed> {
  const { directory, session } = state;
  const get = <Schema extends z.ZodType>(path: string, schema: Schema) =>
    client.ask({ method: "GET", path, directory }, schema);
  const statuses = await get("/session/status", Statuses);
  // A version without these asks nothing, and has no sub-agents.
  const [permissions = [], questions = []] = await Promise.all([
    ifKnown(get("/permission", OpenPermissions)),
    ifKnown(get("/question", OpenQuestions)),
  ]);
  const events: LiveEvent[] = [];
  const found = new Set<string>(state.sessions);
  // Children that are found on the way are read as well.
  for (const id of found) {
    for (const child of (await ifKnown(get(`/session/${id}/children`, Children))) ?? []) {
      if (!found.has(child.id))
        events.push({ type: "session.created", properties: { info: { ...child, parentID: id } } });
      found.add(child.id);
    }
    const messages = await get(`/session/${id}/message`, FullMessages);
    events.push(...messages.filter(({ info }) => info.id >= state.prompt).flatMap(toEvents));
  }
  events.push(...settled(state, permissions, questions));
  if (statuses[session] !== undefined) return { events, isUnanswered: false };
  const own = events.flatMap((event) => (event.type === "message.updated" ? [event.properties.info] : []));
  const last = own.filter((info) => info.sessionID === session).at(-1);
  if (last?.error != null)
    events.push({ type: "session.error", properties: { sessionID: session, error: last.error } });
  events.push({ type: "session.idle", properties: { sessionID: session } });
  return { events, isUnanswered: last === undefined || last.role === "user" };
}

function toEvents({ info, parts }: z.infer<typeof FullMessages>[number]): LiveEvent[] {
  const known = parts.flatMap((part) => LivePart.safeParse(part).data ?? []);
  return [
    { type: "message.updated", properties: { info } },
    ...known.map((part): LiveEvent => ({ type: "message.part.updated", properties: { part } })),
  ];
}

/** New questions, and those that need no answer any more. */
function settled(
  { open }: LiveState,
  permissions: readonly PermissionRequest[],
  questions: readonly QuestionRequest[],
): LiveEvent[] {
  const waiting = new Set([...permissions, ...questions].map(({ id }) => id));
  const gone = [...open].filter(([id]) => !waiting.has(id));
  return [
    ...gone.map(
      ([requestID, { type, request }]): LiveEvent => ({
        type: type === "permission" ? "permission.replied" : "question.replied",
        properties: { sessionID: request.sessionID, requestID },
      }),
    ),
    ...permissions.map((properties): LiveEvent => ({ type: "permission.asked", properties })),
    ...questions.map((properties): LiveEvent => ({ type: "question.asked", properties })),
  ];
}
