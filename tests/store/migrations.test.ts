import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { migrations } from "../../src/store/migrations/index.ts";

const folder = new URL("../../src/store/migrations/", import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file !== "index.ts")
  .sort();

test("the files are numbered without a gap", () => {
  expect(files.map((file) => Number(file.slice(0, 2)))).toEqual(files.map((_, index) => index + 1));
});

test("the list holds each file's step, in the order of the numbers", async () => {
  const steps = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  expect(migrations).toEqual(steps.map(({ sql }) => sql));
});
