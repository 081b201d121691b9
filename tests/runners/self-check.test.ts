import { expect, test } from "vitest";
import { plain, selfChecks } from "../../runners/self-check.ts";

const read = (engine: string, output: string) => selfChecks[engine]?.read(plain(output));

// As codex 0.169.0, opencode 1.18.33 and pi 0.74.2 print it.
const OPENCODE_JSON = `\u001b[91m\u001b[1mError: \u001b[0mConfig file at /h/.config/opencode/opencode.json is not valid JSON(C):
--- JSONC Input ---
{"provider":

--- Errors ---
ValueExpected at line 2, column 1
CloseBraceExpected at line 2, column 1
--- End ---`;
const OPENCODE_SHAPE = `\u001b[91m\u001b[1mError: \u001b[0mConfiguration is invalid at /h/.config/opencode/opencode.json
↳ Expected PermissionActionConfig, got "maybe" permission.bash`;
const PI_JSON = `Warning: errors loading models.json:
Failed to parse models.json: Unexpected end of JSON input

File: /h/.pi/agent/models.json
No models available. Use /login to log into a provider via OAuth or API key. See:`;

test.each([
  [
    "codex",
    "Error loading configuration: /h/config.toml:3:1: key with no value",
    "/h/config.toml:3:1: key with no value",
  ],
  ["codex", "WARNING: proceeding\nNot logged in\n", "not logged in"],
  ["opencode", OPENCODE_JSON, "/h/.config/opencode/opencode.json:2:1: ValueExpected"],
  [
    "opencode",
    OPENCODE_SHAPE,
    '/h/.config/opencode/opencode.json: Expected PermissionActionConfig, got "maybe" permission.bash',
  ],
  ["opencode", "", "it has no models"],
  ["pi", PI_JSON, "/h/.pi/agent/models.json: Failed to parse models.json: Unexpected end of JSON input"],
  ["pi", "No models available. Use /login to log into a provider", "it has no models"],
])("%s says what is wrong with its own configuration", (engine, output, detail) => {
  expect(read(engine, output)).toEqual({ detail, fix: expect.stringMatching(/^(Correct the file|Run )/) });
});

test.each([
  ["codex", "Logged in using ChatGPT\n"],
  ["opencode", "anthropic/claude-sonnet-4-5\nopencode/big-pickle\n"],
  ["pi", "provider   model\nanthropic  claude-sonnet-4-5\n"],
])("%s that is well says nothing", (engine, output) => {
  expect(read(engine, output)).toBeUndefined();
});
