import { expect, test } from "vitest";
import { matchingCommands } from "../../../src/playground/page/commands.ts";
import { briefTime, byteSize, clock } from "../../../src/playground/page/formats.ts";

const COMMANDS = ["help", "new", "cancel"].map((command) => ({ command, description: "" }));

test.each([
  ["/", ["help", "new", "cancel"]],
  ["/N", ["new"]],
  ["/help", ["help"]],
  ["/x", []],
  ["/new thing", []],
  ["a /", []],
  ["", []],
])("after %j the menu offers %j", (text, expected) => {
  expect(matchingCommands(text, COMMANDS).map(({ command }) => command)).toEqual(expected);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KB"],
  [150 * 1024, "150 KB"],
  [52_428_800, "50 MB"],
  [5e12, "4657 GB"],
])("%d bytes read as %s", (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});

test("today's times show the hour, others the date", () => {
  const noon = 1_800_000_000;
  expect(briefTime(noon, noon)).toBe(clock(noon));
  expect(briefTime(noon - 3 * 86_400, noon)).not.toContain(":");
});
