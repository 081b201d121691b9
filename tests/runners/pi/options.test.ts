import { expect, test } from "vitest";
import { piOptions, toArguments } from "../../../runners/pi/options.ts";

test("without options nothing but the mode is said", () => {
  expect(toArguments({})).toEqual(["--print", "--mode", "json"]);
});

test("every option becomes the flag of its name", () => {
  const options = piOptions.parse({
    cmd: "/opt/pi",
    model: "m",
    provider: "p",
    thinking: "high",
    session_dir: "/s",
    session_title: "a title",
    tools: ["read", "bash"],
    exclude_tools: ["write"],
    approve: false,
    append_system_prompt: "Be brief.",
  });
  expect(toArguments(options).slice(3)).toEqual([
    ...["--provider", "p", "--model", "m", "--thinking", "high", "--session-dir", "/s", "--name", "a title"],
    ...["--tools", "read,bash", "--exclude-tools", "write", "--no-approve", "--append-system-prompt", "Be brief."],
  ]);
});

test("an empty list of tools leaves pi none", () => {
  expect(toArguments({ tools: [] })).toContain("--no-tools");
  expect(toArguments({ approve: true })).toContain("--approve");
});

test.each([{ thinkin: "high" }, { thinking: "very" }, { tools: "read" }, { model: "" }])("%j is refused", (table) => {
  expect(piOptions.safeParse(table).success).toBe(false);
});
