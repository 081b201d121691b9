import { expect, onTestFinished, test, vi } from "vitest";
import { type Stage, stage, textOf } from "../helpers/bridge.ts";

const HOUR_MS = 3_600_000;

/** Sets the clock, as a person or a time server does. */
function setClock(byMs: number): void {
  const real = Date.now;
  const spy = vi.spyOn(Date, "now").mockImplementation(() => real() + byMs);
  onTestFinished(() => spy.mockRestore());
}

const shown = ({ emulator }: Stage) => emulator.messages(emulator.privateChatId).map(textOf).join("\n");

test.each([24 * HOUR_MS, -24 * HOUR_MS])(
  "a clock that is set by %i ms while a task runs changes neither its elapsed time nor its limits",
  async (byMs) => {
    const started = await stage({ tables: "[limits]\nrun_minutes = 60\nstall_minutes = 60" });
    const { say, botSays, outcomeOf, press, store, emulator } = started;
    const task = say("session\nstep one\nhang");
    await botSays(/^working · alpha · .*step 1/);
    setClock(byMs);
    // The second view at the latest was made after the change.
    const before = emulator.calls("editMessageText").length;
    await emulator.waitFor(() => emulator.calls("editMessageText").length > before + 1);
    await press(await botSays(/^working/), "Stop");
    expect(textOf(await outcomeOf(task))).toMatch(/^cancelled · alpha · \d+s/);
    expect(shown(started)).not.toMatch(/· \d+h|No sign of life|run_minutes/);
    const [run] = store().runs.recent(1);
    expect((run?.endedAt ?? 0) - (run?.startedAt ?? 0)).toBeLessThan(HOUR_MS);
    expect((run?.endedAt ?? 0) - (run?.startedAt ?? 0)).toBeGreaterThanOrEqual(0);
  },
);
