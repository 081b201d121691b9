import type { OpencodeState } from "../state.ts";
import type { PermissionRequest, QuestionRequest } from "./schema.ts";

/** A request of the server that waits for an answer. */
export type OpenRequest =
  | { readonly type: "permission"; readonly request: PermissionRequest }
  | { readonly type: "question"; readonly request: QuestionRequest };

/** The state of a live run so far. */
export interface LiveState {
  /** The same as of a headless run: answer, usage, failure. */
  readonly run: OpencodeState;
  /** Where the session works, absolute. */
  readonly directory: string;
  /** The run's own, and with it those of its sub-agents. */
  readonly session: string;
  readonly sessions: ReadonlySet<string>;
  /** Id of the run's first message; what has a smaller id is of an earlier turn, and late. */
  readonly prompt: string;
  /** Id of the newest message of a person, and of the newest that the model has begun to answer. */
  readonly asked: string;
  readonly answered: string | undefined;
  /** The model's messages: those for the person, and summaries for the model itself. */
  readonly messages: ReadonlyMap<string, "answer" | "summary">;
  /** Texts that are still being written, by part. */
  readonly writing: ReadonlyMap<string, string>;
  /** The newest status of the parts that were seen: what comes late or twice is told once. */
  readonly parts: ReadonlyMap<string, "begun" | "done">;
  /** The absolute directories of commands, by the id of their call. */
  readonly workdirs: ReadonlyMap<string, string>;
  /** The tokens of the newest step, and the model of the newest answer. */
  readonly tokens?: number | undefined;
  readonly model?: { readonly providerID: string; readonly modelID: string };
  /** By the id of the request. */
  readonly open: ReadonlyMap<string, OpenRequest>;
  /** The last report about a model that did not answer. */
  readonly retried?: string;
  /** The session has worked since the prompt. */
  readonly hasBegun: boolean;
  /** The newest answer is not complete. */
  readonly isWriting: boolean;
  /** The turn has failed and its session is idle, though its answer is not complete. */
  readonly isEnding: boolean;
  /** The session has come to rest, with nothing left unanswered. */
  readonly isOver: boolean;
  readonly showsThoughts: boolean;
}

type LiveStart = Pick<LiveState, "run" | "session" | "directory" | "prompt" | "showsThoughts">;

export function startOf(start: LiveStart): LiveState {
  const { run, session, prompt } = start;
  return {
    ...start,
    run: { ...run, session },
    sessions: new Set([session]),
    asked: prompt,
    answered: undefined,
    messages: new Map(),
    writing: new Map(),
    parts: new Map(),
    workdirs: new Map(),
    open: new Map(),
    hasBegun: false,
    isWriting: false,
    isEnding: false,
    isOver: false,
  };
}
