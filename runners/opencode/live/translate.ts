import { resolve as resolvePath } from "node:path";
import { assertNever, type ShownEvent } from "../../../src/domain/events.ts";
import { clockTime } from "../../../src/domain/moment.ts";
import type { Question } from "../../../src/domain/question.ts";
import { toProgress } from "../actions.ts";
import type { OpencodeLine } from "../schema.ts";
import { addUsage, ENGINE, join, warn } from "../state.ts";
import { translate } from "../translate.ts";
import { toApproval, toChoices } from "./questions.ts";
import type { LiveEvent, LivePart } from "./schema.ts";
import type { LiveState, OpenRequest } from "./state.ts";

type Translation = readonly [LiveState, readonly ShownEvent[]];
type Properties<Type extends LiveEvent["type"]> = Extract<LiveEvent, { type: Type }>["properties"];

/**
 * Pure. Takes every event of the server, leaves out those of other sessions and of earlier turns, and hands what a
 * headless run would print to the headless translator. `completed` is not among its events; see `LiveState.isOver`.
 */
export function translateLive(state: LiveState, event: LiveEvent): Translation {
  switch (event.type) {
    case "session.created":
      return [withChild(state, event.properties.info), []];
    case "session.status":
      return withStatus(state, event.properties);
    case "session.idle":
      return [isOwn(state, event.properties) ? rest(state) : state, []];
    case "session.error":
      return isOwn(state, event.properties) ? withError(state, event.properties.error) : [state, []];
    case "message.updated":
      return [withMessage(state, event.properties.info), []];
    case "message.part.updated":
      return withPart(state, event.properties.part);
    case "message.part.delta":
      return withDelta(state, event.properties);
    case "permission.asked":
      return withRequest(state, { type: "permission", request: event.properties });
    case "question.asked":
      return withRequest(state, { type: "question", request: event.properties });
    case "permission.replied":
    case "question.replied":
    case "question.rejected":
      return resolve(state, event.properties.requestID);
    default:
      return assertNever(event);
  }
}

const isOwn = (state: LiveState, { sessionID }: { readonly sessionID?: string | undefined }): boolean =>
  sessionID === state.session;

/** A sub-agent works in a session of its own, below that of the run or of another sub-agent. */
function withChild(state: LiveState, { id, parentID }: Properties<"session.created">["info"]): LiveState {
  if (parentID === undefined || !state.sessions.has(parentID)) return state;
  return { ...state, sessions: new Set([...state.sessions, id]) };
}

function withStatus(state: LiveState, { sessionID, status }: Properties<"session.status">): Translation {
  if (sessionID !== state.session) return [state, []];
  if (status.type === "idle") return [rest(state), []];
  const begun = { ...state, hasBegun: true };
  if (status.type !== "retry") return [begun, []];
  const { message = "The model did not answer.", attempt = 1, next } = status;
  // At the limit of a plan that may be hours away.
  const title = `${message} (attempt ${attempt} failed${next === undefined ? "" : `; again at ${clockTime(next)}`})`;
  if (title === state.retried) return [begun, []];
  const [run, event] = warn(state.run, title);
  return [{ ...begun, run, retried: title }, [event]];
}

/**
 * The session is idle. That comes too early if a message was just added, and twice after an abort or an error: first
 * before the failed answer is complete. opencode drops a prompt that comes between the two (1.18.33).
 */
function rest(state: LiveState): LiveState {
  if (state.run.failure !== undefined && state.hasBegun) return { ...state, isOver: !state.isWriting, isEnding: true };
  return state.answered === state.asked ? { ...state, isOver: true } : state;
}

function withError(state: LiveState, error: unknown): Translation {
  // The turn before was aborted, and its end is told late.
  if (!state.hasBegun && isAbort(error)) return [state, []];
  const [run, events] = translate(state.run, { type: "error", sessionID: state.session, error });
  // A prompt that is refused from the start makes the session neither busy nor idle.
  return [{ ...state, run, isOver: state.isOver || !state.hasBegun }, events];
}

const isAbort = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "name" in error && error.name === "MessageAbortedError";

function withMessage(state: LiveState, info: Properties<"message.updated">["info"]): LiveState {
  if (!state.sessions.has(info.sessionID) || info.id < state.prompt) return state;
  const isRoot = info.sessionID === state.session;
  if (info.role === "user")
    return isRoot && info.id > state.asked ? { ...state, asked: info.id, isOver: false, isEnding: false } : state;
  const messages = new Map(state.messages).set(info.id, info.summary === true ? "summary" : "answer");
  const isAnswer = isRoot && info.parentID !== undefined && info.parentID >= (state.answered ?? "");
  const isWriting = isRoot ? info.time?.completed === undefined : state.isWriting;
  const { providerID, modelID } = info;
  const model = isRoot && providerID !== undefined && modelID !== undefined ? { model: { providerID, modelID } } : {};
  return { ...state, ...model, messages, isWriting, ...(isAnswer && { answered: info.parentID, hasBegun: true }) };
}

function withPart(state: LiveState, part: LivePart): Translation {
  const kind = state.messages.get(part.messageID);
  if (kind === undefined || state.parts.get(part.id) === "done") return [state, []];
  const seen = withWorkdir(withChild(state, { id: childOf(part), parentID: part.sessionID }), part);
  if (part.sessionID !== state.session) return [withStepOfChild(seen, part), []];
  switch (part.type) {
    case "text":
      return kind === "summary" || part.synthetic ? [seen, []] : withText(seen, part);
    case "reasoning":
      if (part.time?.end === undefined || !seen.showsThoughts) return [seen, []];
      return feed(done(seen, part.id), { type: "reasoning", sessionID: part.sessionID, part });
    case "tool":
      return withTool(seen, part);
    case "step-start":
      // A text that is still being written then belongs to an attempt that failed.
      return feed({ ...done(seen, part.id), writing: new Map() }, { type: "step_start", sessionID: part.sessionID });
    case "step-finish":
      return feed(
        { ...done(seen, part.id), tokens: tokensOf(part) },
        { type: "step_finish", sessionID: part.sessionID, part },
      );
    default:
      return assertNever(part);
  }
}

/** A command may work elsewhere than its session, which its permission does not say. */
function withWorkdir(state: LiveState, part: LivePart): LiveState {
  if (part.type !== "tool" || part.callID === undefined || part.state.status !== "running") return state;
  const { workdir } = part.state.input;
  const path = typeof workdir === "string" ? resolvePath(state.directory, workdir) : state.directory;
  return { ...state, workdirs: new Map(state.workdirs).set(part.callID, path) };
}

/** The session in which a `task` works. */
function childOf(part: LivePart): string {
  const child = part.type === "tool" && part.tool === "task" ? part.state.metadata?.["sessionId"] : undefined;
  return typeof child === "string" ? child : part.sessionID;
}

/** Only the cost of a sub-agent is counted; its work is the `task` of the run. */
function withStepOfChild(state: LiveState, part: LivePart): LiveState {
  if (part.type !== "step-finish") return state;
  const usage = addUsage(state.run.usage, part);
  return { ...done(state, part.id), run: { ...state.run, ...(usage && { usage }) } };
}

const done = (state: LiveState, part: string): LiveState => ({
  ...state,
  parts: new Map(state.parts).set(part, "done"),
});

/** The tokens that a step read and wrote: the next step reads all of them. */
const tokensOf = ({ tokens }: Extract<LivePart, { type: "step-finish" }>): number | undefined =>
  tokens && tokens.input + tokens.output + tokens.reasoning + tokens.cache.read + tokens.cache.write;

function feed(state: LiveState, line: OpencodeLine): Translation {
  const [run, events] = translate(state.run, line);
  return [{ ...state, run }, events];
}

function withText(state: LiveState, part: Extract<LivePart, { type: "text" }>): Translation {
  const writing = new Map(state.writing);
  if (part.time?.end === undefined) {
    writing.set(part.id, part.text);
    return told({ ...state, writing });
  }
  writing.delete(part.id);
  const [next] = feed(done({ ...state, writing }, part.id), { type: "text", sessionID: part.sessionID, part });
  return told(next);
}

function withDelta(state: LiveState, { partID, field, delta }: Properties<"message.part.delta">): Translation {
  const before = state.writing.get(partID);
  if (before === undefined || field !== "text") return [state, []];
  return told({ ...state, writing: new Map(state.writing).set(partID, before + delta) });
}

/** With the answer as it stands. */
function told(state: LiveState): Translation {
  const text = answerSoFar(state);
  return [state, text === "" ? [] : [{ type: "text", engine: ENGINE, text }]];
}

/** The text that was written until now, complete or not. */
export const answerSoFar = ({ run, writing }: LiveState): string => [...writing.values()].reduce(join, run.answer);

function withTool(state: LiveState, part: Extract<LivePart, { type: "tool" }>): Translation {
  switch (part.state.status) {
    case "running": {
      const phase = state.parts.has(part.id) ? "updated" : "started";
      return [{ ...state, parts: new Map(state.parts).set(part.id, "begun") }, [toProgress(part, phase)]];
    }
    case "completed":
    case "error":
      return feed(done(state, part.id), { type: "tool_use", sessionID: part.sessionID, part });
    default:
      return [state, []];
  }
}

function withRequest(state: LiveState, asked: OpenRequest): Translation {
  const { id, sessionID } = asked.request;
  if (!state.sessions.has(sessionID) || state.open.has(id)) return [state, []];
  const questions = questionsOf(state, asked);
  return [
    { ...state, open: new Map(state.open).set(id, asked) },
    questions.map((question) => ({ type: "question", engine: ENGINE, question })),
  ];
}

const questionsOf = (state: LiveState, asked: OpenRequest): readonly Question[] =>
  asked.type === "permission"
    ? [toApproval(asked.request, state.workdirs.get(asked.request.tool?.callID ?? ""))]
    : toChoices(asked.request);

function resolve(state: LiveState, id: string): Translation {
  const asked = state.open.get(id);
  if (asked === undefined) return [state, []];
  const open = new Map(state.open);
  open.delete(id);
  const resolved = questionsOf(state, asked).map(
    ({ id: questionId }) => ({ type: "resolved", engine: ENGINE, questionId }) as const,
  );
  return [{ ...state, open }, resolved];
}
