// An extension that pi itself loads (`--extension`), by its extension API of 0.74.2 and 1.5.2. It imports nothing,
// since pi compiles it on its own.

/** The gate's request, as JSON in the placeholder of an input dialog. */
export interface GateAsk {
  readonly takopi: "gate/1";
  readonly tool: string;
  readonly input: unknown;
  readonly cwd: string;
}

/** The answer that it takes, as JSON in the dialog's value; anything else is a no. */
export interface GateVerdict {
  readonly verdict: "allow" | "allow_session" | "deny";
  /** Passed on to the model. */
  readonly reason?: string;
}

interface ToolCall {
  readonly toolName: string;
  readonly input: Readonly<Record<string, unknown>>;
}

interface Context {
  readonly hasUI: boolean;
  readonly cwd: string;
  readonly signal?: AbortSignal;
  readonly ui: {
    input(title: string, placeholder: string, options: { signal?: AbortSignal }): Promise<string | undefined>;
  };
}

interface Block {
  readonly block: true;
  readonly reason: string;
}

interface Pi {
  on(event: "tool_call", handler: (call: ToolCall, context: Context) => Promise<Block | undefined>): void;
}

/** Tools that change nothing; takopi's own are bound to what a run may do. */
const FREE = /^(?:read|grep|find|ls|takopi_\w+)$/;

/** Asks before each tool that may change anything. What is allowed for the session is kept while this pi runs. */
export default function gate(pi: Pi): void {
  const allowed = new Set<string>();
  pi.on("tool_call", async (call, context) => {
    const subject = toSubject(call);
    if (FREE.test(call.toolName) || allowed.has(subject)) return undefined;
    if (!context.hasUI) return { block: true, reason: "Nobody can be asked to approve this." };
    const answer = await context.ui.input("May pi do this?", toPlaceholder(call, context.cwd), {
      ...(context.signal && { signal: context.signal }),
    });
    if (answer === undefined) return { block: true, reason: "Nobody approved this." };
    const { verdict, reason } = readVerdict(answer);
    if (verdict === "deny")
      return { block: true, reason: reason ? `The user denied this: ${reason}` : "The user denied this." };
    if (verdict === "allow_session") allowed.add(subject);
    return undefined;
  });
}

/** The meaning of "for the session": this same command, all changes of this file, this same call of another tool. */
function toSubject({ toolName, input }: ToolCall): string {
  const isChange = toolName === "write" || toolName === "edit";
  return JSON.stringify(isChange ? ["file", input["path"]] : [toolName, input]);
}

function toPlaceholder({ toolName, input }: ToolCall, cwd: string): string {
  const ask: GateAsk = { takopi: "gate/1", tool: toolName, input, cwd };
  return JSON.stringify(ask);
}

function readVerdict(answer: string): GateVerdict {
  try {
    const { verdict, reason } = JSON.parse(answer) as Partial<GateVerdict>;
    if (verdict === "allow" || verdict === "allow_session") return { verdict };
    return typeof reason === "string" ? { verdict: "deny", reason } : { verdict: "deny" };
  } catch {
    return { verdict: "deny" };
  }
}
