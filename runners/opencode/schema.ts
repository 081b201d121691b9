// Lines of `opencode run --format json`: sst/opencode, packages/opencode/src/cli/cmd/run.ts, version 1.18.33.
import { z } from "zod";

const sessionID = z.string();

const Text = z.object({
  type: z.literal("text"),
  sessionID,
  part: z.object({
    text: z.string(),
    /** Written by opencode in the person's name, not by the model. */
    synthetic: z.boolean().optional(),
    metadata: z.object({ compaction_continue: z.boolean().optional() }).optional().catch(undefined),
  }),
});

const Reasoning = z.object({
  type: z.literal("reasoning"),
  sessionID,
  part: z.object({ id: z.string(), text: z.string() }),
});

export const ToolPart = z.object({
  id: z.string(),
  callID: z.string().optional(),
  tool: z.string(),
  state: z.object({
    status: z.string(),
    input: z.record(z.string(), z.unknown()).catch({}),
    output: z.string().optional().catch(undefined),
    title: z.string().optional().catch(undefined),
    error: z.string().optional().catch(undefined),
    /** Differs by tool. */
    metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  }),
});
export type ToolPart = z.infer<typeof ToolPart>;

/** A tool that has ended; opencode prints no earlier state of it. */
const ToolUse = z.object({ type: z.literal("tool_use"), sessionID, part: ToolPart });

const StepStart = z.object({ type: z.literal("step_start"), sessionID });

const count = z.number().catch(0);

export const StepPart = z.object({
  /** `tool-calls` if another step follows, `stop` or `length` at the end; providers have others. */
  reason: z.string().optional(),
  /** The tokens of this step. `input` leaves cached tokens out, `output` leaves reasoning out. */
  tokens: z
    .object({
      input: count,
      output: count,
      reasoning: count,
      cache: z.object({ read: count, write: count }).catch({ read: 0, write: 0 }),
    })
    .optional()
    .catch(undefined),
  cost: count,
});
export type StepPart = z.infer<typeof StepPart>;

const StepFinish = z.object({ type: z.literal("step_finish"), sessionID, part: StepPart });

const ErrorLine = z.object({
  type: z.literal("error"),
  sessionID: sessionID.optional(),
  message: z.string().optional().catch(undefined),
  /** `{name, data: {message, ref, ...}}`, or the message itself. */
  error: z.unknown().optional(),
});

export const OpencodeLine = z.discriminatedUnion("type", [StepStart, Text, Reasoning, ToolUse, StepFinish, ErrorLine]);
export type OpencodeLine = z.infer<typeof OpencodeLine>;
