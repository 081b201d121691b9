/** One thing that the model puts out within a reply. */
export type Output =
  | { readonly type: "text"; readonly text: string; readonly phase?: "commentary" | "final_answer" }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "call"; readonly name: string; readonly args: object; readonly namespace?: string }
  | { readonly type: "patch"; readonly patch: string }
  | { readonly type: "search"; readonly query: string }
  /** Looks for tools that were only named so far, as those of MCP servers are. */
  | { readonly type: "find"; readonly query: string };

/** How the model server answers one call. */
export type Reply =
  | { readonly type: "output"; readonly output: readonly Output[]; readonly incomplete?: string }
  | {
      readonly type: "refusal";
      readonly status: number;
      readonly error: object;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly type: "failure"; readonly code: string; readonly message: string }
  /** The connection breaks after the text has begun. */
  | { readonly type: "cut"; readonly text: string }
  /** No answer while the server lives. */
  | { readonly type: "silence" };

/** A reply that puts out these things, in order. */
export const reply = (...output: Output[]): Reply => ({ type: "output", output });

export const text = (value: string, phase?: "commentary" | "final_answer"): Output => ({
  type: "text",
  text: value,
  ...(phase && { phase }),
});

/** A call of codex's shell tool; `yieldMs` is how long the model waits for the command before it goes on. */
export const shell = (cmd: string, yieldMs = 30_000): Output => ({
  type: "call",
  name: "exec_command",
  args: { cmd, yield_time_ms: yieldMs },
});

/** The lines between codex's patch markers: `*** Add File: a.txt`, `+one`. */
export const patch = (...lines: string[]): Output => ({
  type: "patch",
  patch: ["*** Begin Patch", ...lines, "*** End Patch", ""].join("\n"),
});
