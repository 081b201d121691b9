/** One call that the bot made. */
export interface Call {
  readonly method: string;
  /** The arguments as they came; uploads are under `files`, by name and size. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** When it had arrived whole, in ms of the emulator's clock. */
  readonly at: number;
  /** The HTTP status answered; undefined while it is being handled. */
  readonly status: number | "reset" | "hung" | undefined;
  /** `result` of a success, or the refusal's description. */
  readonly answer: unknown;
}

/** The treatment of a call in place of, or after, handling it. */
export type Fault =
  /** The connection is reset and nothing happened. */
  | { readonly type: "reset_before" }
  /** The call takes effect, and its answer is lost; a download breaks off in the middle. */
  | { readonly type: "reset_after" }
  /** No answer until the client gives up; nothing happened. */
  | { readonly type: "hang" }
  | { readonly type: "flood"; readonly retryAfterS: number }
  /** A 400; the text follows "Bad Request: ". */
  | { readonly type: "bad_request"; readonly reason: string }
  | { readonly type: "forbidden"; readonly reason?: string }
  /** A 502 with an HTML body, as proxies answer. */
  | { readonly type: "bad_gateway" };

/** A method's name, or a test of the call. */
export type CallMatcher = string | ((call: Call) => boolean);

/** The record of calls, and the faults that wait for some of them. */
export class Calls {
  readonly history: Call[] = [];
  #faults: { readonly matcher: CallMatcher; readonly fault: Fault; left: number }[] = [];

  begin(method: string, payload: Readonly<Record<string, unknown>>, at: number): OpenCall {
    const call: OpenCall = { method, payload, at, status: undefined, answer: undefined };
    this.history.push(call);
    return call;
  }

  /** Lets the next `times` matching calls fail. The returned function takes it back. */
  fail(matcher: CallMatcher, fault: Fault, times: number): () => void {
    const entry = { matcher, fault, left: times };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  takeFault(call: Call): Fault | undefined {
    const entry = this.#faults.find(({ matcher }) =>
      typeof matcher === "string" ? matcher === call.method : matcher(call),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults = this.#faults.filter((other) => other !== entry);
    return entry.fault;
  }
}

/** A call that is being handled: its end is still to be written. */
export type OpenCall = { -readonly [K in keyof Call]: Call[K] };
