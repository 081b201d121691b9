import { expect, test } from "vitest";
import { piOptions, toArguments, toTitle } from "../../../runners/pi/options.ts";

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
    no_builtin_tools: true,
    no_context_files: true,
    offline: true,
    system_prompt: "You are small.",
  });
  expect(toArguments(options, "headless", options.session_title).slice(3)).toEqual([
    ...["--provider", "p", "--model", "m", "--thinking", "high", "--session-dir", "/s", "--name", "a title"],
    ...["--tools", "read,bash", "--exclude-tools", "write", "--no-approve"],
    ...["--no-builtin-tools", "--no-context-files", "--offline"],
    ...["--system-prompt", "You are small.", "--append-system-prompt", "Be brief."],
  ]);
});

test("a run is called by its title, else its model, else pi", () => {
  expect(toTitle({ session_title: "a title", model: "m" })).toBe("a title");
  expect(toTitle({ model: "m" })).toBe("m");
  expect(toTitle({})).toBe("pi");
  expect(toArguments({ session_title: "a title" })).not.toContain("--name");
});

test("an empty list of tools leaves pi none", () => {
  expect(toArguments({ tools: [] })).toContain("--no-tools");
  expect(toArguments({ approve: true })).toContain("--approve");
});

test.each([{ thinkin: "high" }, { thinking: "very" }, { tools: "read" }, { model: "" }])("%j is refused", (table) => {
  expect(piOptions.safeParse(table).success).toBe(false);
});
