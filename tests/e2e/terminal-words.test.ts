import { expect, test } from "vitest";
import { stage, textOf } from "../helpers/bridge.ts";
import { shell } from "../helpers/shell.ts";

// A terminal has no messages to reply to, and what is typed there may be wrong.
const setUp = async () => {
  const bridge = await stage({ tables: '[projects.web]\npath = "."' });
  return { ...bridge, takopi: shell(bridge) };
};

test.each([
  [["send", "wbe", "fix it"], 4, "There is no project wbe: `projects` lists them."],
  [["send", "--engine", "gamma", "fix it"], 4, "There is no engine gamma here; there are alpha, beta."],
  [["send", "--branch", "x", "fix it"], 2, "A branch is one of a project: name the project, too."],
  [["send"], 2, "`send` needs a prompt."],
  [["answer"], 2, "`answer` needs a reply."],
  [["compact"], 4, "Say which session you mean: its name, its id, or the beginning of one, as `session`."],
  [["queue", "drop", "7"], 4, "Nothing waits at place 7: `queue` lists what does."],
  [["queue", "move", "2", "1"], 4, "Nothing waits at place 2: `queue` lists what does."],
  [["cancel", "all"], 4, "Nothing is running in this chat."],
  [["schedule", "delete"], 2, "Write a time and a task: "],
  [["remind", "5m"], 2, "Write how long to wait and a task: "],
] as const)("takopi %j ends with %i, and starts nothing", async ([name, ...words], code, sentence) => {
  const { takopi, store } = await setUp();
  expect(await takopi(name, ...words)).toMatchObject({ code, stderr: expect.stringContaining(`takopi: ${sentence}`) });
  expect(store().runs.recent(5)).toEqual([]);
});

test("send takes the names of projects and engines in any case, and a branch where a project is known", async () => {
  const { takopi, botSays } = await setUp();
  expect(await takopi("send", "WEB", "--engine", "Beta", "answer ok\ndone")).toMatchObject({ code: 0 });
  expect(textOf(await botSays(/^done · beta/))).toContain("ctx: web");
});

test("a session keeps its branch", async () => {
  const { takopi, say, outcomeOf } = await setUp();
  const done = await outcomeOf(say("session\nanswer ok\ndone"));
  const session = /alpha resume (\S+)/.exec(textOf(done))?.[1] ?? "";
  expect(await takopi("send", "--session", session, "--branch", "x", "and now?")).toMatchObject({
    ...{ code: 2, stderr: "takopi: A session keeps its branch.\n" },
  });
});

test("several runs under way are named", async () => {
  const { takopi, say, botSays, directory } = await setUp();
  for (const word of ["one", "two"]) say(`session\nstep ${word}\nuntil ${directory}/never`);
  await botSays(/^working[\s\S]*one/);
  await botSays(/^working[\s\S]*two/);
  expect(await takopi("cancel")).toMatchObject({
    ...{
      code: 1,
      stderr: expect.stringMatching(/^takopi: Several tasks are under way: \S+, \S+\. Name one of them\.\n$/),
    },
  });
  await takopi("cancel", "all");
});
