import { expect, test } from "vitest";
import { operationHandler } from "../../src/control/operation-handler.ts";
import { allowable, toolsFor } from "../../src/mcp/tools.ts";
import { findOperation, namesOf, toInput } from "../../src/operations/call.ts";
import { operations } from "../../src/operations/index.ts";
import type { Access } from "../../src/operations/operation.ts";
import { menuOf } from "../../src/telegram/menu.ts";
import { load } from "../config/bench.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

test("every operation has a name that every surface takes, and no other has it", () => {
  const names = namesOf(operations);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9_]{1,32}$/);
});

test.each(operations)("the examples of $name are inputs that it takes, also when they come as words", (operation) => {
  const { input, examples, argument, summary } = operation;
  expect(summary).toMatch(/^[a-z][^.]*$/);
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples as readonly object[]) {
    expect(input.safeParse(JSON.parse(JSON.stringify(example))).error).toBeUndefined();
    const word = argument === undefined ? undefined : Reflect.get(example, argument);
    if (typeof word === "string") expect(toInput(operation, word)).toEqual(example);
  }
  expect(input.safeParse({ "no such field": 1 }).success).toBe(false);
});

test("the menu offers exactly these", () => {
  const config = load('default_engine = "alpha"\n', {}, [scriptedEngine("alpha")]);
  expect(menuOf(config, [])).toEqual(operations.map(({ name, summary }) => ({ command: name, description: summary })));
});

test("an alias leads to what it stands for", () => {
  expect(findOperation(operations, "start")?.name).toBe("help");
  expect(findOperation(operations, "hepl")).toBeUndefined();
});

test("no other agent can be allowed to answer what an engine asks", async () => {
  expect(allowable(operations)).not.toContain("answer");
  expect(toolsFor(operations, ["answer"]).map(({ name }) => name)).not.toContain("answer");
  const handle = operationHandler(
    () => ({ operations }) as unknown as Access,
    () => "1",
  );
  const request = { id: "1", operation: "answer", input: { reply: "allow" }, surface: "mcp" } as const;
  const called = handle(request, () => {}, new AbortController().signal);
  await expect(called).rejects.toMatchObject({ code: "not_allowed" });
});
