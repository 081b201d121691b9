import { renderProgress } from "../chat/render-progress.ts";
import type { RunEvent } from "../domain/events.ts";
import { initialProgress, reduceProgress } from "../domain/progress.ts";
import type { Engine } from "../engine/contract.ts";
import { toClassicMessage } from "../telegram/assemble.ts";
import type { Content } from "../telegram/content.ts";
import { flattenRich } from "../telegram/flatten-rich.ts";
import { renderFinal } from "../telegram/render-final.ts";

/** The texts that a chat would have seen: the last progress message, then the messages of the outcome. */
export async function* renderEvents(events: AsyncIterable<RunEvent>, engine: Engine): AsyncGenerator<string> {
  let progress = initialProgress();
  let resumeLine: string | undefined;
  for await (const event of events) {
    if (event.type === "action") progress = reduceProgress(progress, event);
    else if ("resume" in event && event.resume) resumeLine = engine.resume.format(event.resume.value);
    if (event.type !== "completed") continue;
    // A recording tells no times.
    const frame = { engine: engine.id, elapsedMs: 0, resumeLine };
    yield `${toClassicMessage(renderProgress({ ...frame, label: "working", progress })).text}\n`;
    const { answer, error } = event;
    const label = event.ok ? "done" : "error";
    const view = { ...frame, label, steps: progress.steps, answer, error, overflow: "split" } as const;
    const { parts, file } = await renderFinal(view, "auto");
    for (const part of parts) yield `\n${textOf(part)}\n`;
    if (file) yield `\n[${file.name}]\n${file.text}\n`;
  }
}

const textOf = (content: Content) => (content.kind === "rich" ? flattenRich(content.blocks) : content.text);
