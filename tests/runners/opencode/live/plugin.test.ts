import { expect, test } from "vitest";
import plugin, { askFirst, SESSION_MARK } from "../../../../runners/opencode/live/plugin.ts";

type Config = Parameters<typeof askFirst>[0];

const permissionOf = (config: Config): unknown => {
  askFirst(config);
  return config.permission;
};
const asked = { "bash*": "ask", "edit*": "ask", "webfetch*": "ask", "websearch*": "ask", "codesearch*": "ask" };

test("unless the person says otherwise, tools that change something or reach out are asked about", () => {
  expect(permissionOf({})).toEqual(asked);
});

test("the person's rules come after, in their order, and so decide", () => {
  const own = { bash: { "git *": "allow" }, "*": "deny" };
  expect(Object.entries(permissionOf({ permission: own }) ?? {})).toEqual([
    ...Object.entries(asked),
    ...Object.entries(own),
  ]);
  expect(permissionOf({ permission: "allow" })).toEqual({ ...asked, "*": "allow" });
});

test("tools of MCP servers are asked for, by the names that opencode gives them", () => {
  expect(permissionOf({ mcp: { "my server": {} } })).toEqual({ ...asked, "my_server_*": "ask" });
});

test("a command gets the mark of its session and not the server's password", async () => {
  const hooks = await plugin.server({ directory: "/", worktree: "/" });
  const output = { env: { KEPT: "1" } };
  await hooks["shell.env"]({ sessionID: "ses_1" }, output);
  expect(output.env).toEqual({ KEPT: "1", [SESSION_MARK]: "ses_1", OPENCODE_SERVER_PASSWORD: "" });
});
