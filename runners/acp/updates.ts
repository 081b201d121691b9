import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { z } from "zod";

/** All kinds of `session/update` that version 1 of the protocol has. */
const KINDS: Readonly<Record<SessionUpdate["sessionUpdate"], true>> = {
  ...{ user_message_chunk: true, agent_message_chunk: true, agent_thought_chunk: true },
  ...{ tool_call: true, tool_call_update: true, plan: true, plan_update: true, plan_removed: true },
  ...{ available_commands_update: true, current_mode_update: true, config_option_update: true },
  ...{ session_info_update: true, usage_update: true, notice: true, compaction_update: true },
  ...{ compaction_summary_chunk: true, subagent_update: true, session_message: true, session_message_chunk: true },
};

const Update = z.object({
  method: z.literal("session/update"),
  params: z.object({ update: z.object({ sessionUpdate: z.string() }) }),
});

/** The kind of an update that the protocol does not have; undefined for every other message. */
export function unknownUpdate(message: unknown): string | undefined {
  const kind = Update.safeParse(message).data?.params.update.sessionUpdate;
  return kind === undefined || Object.hasOwn(KINDS, kind) ? undefined : kind;
}
