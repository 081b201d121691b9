import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { BinaryFile } from "../../src/chat/document.ts";
import { toFileMessage } from "../../src/chat/file-message.ts";

const stored = (version?: string) => JSON.stringify({ place: {}, path: "box/a.txt", name: "a.txt", size: 3, version });

/** A file that its agent rewrites just before its bytes are read. */
function rewritten() {
  let version = "1";
  return async () => ({
    ...{ name: "a.txt", size: 3, mime: "text/plain", version },
    bytes: async function* () {
      version = "2";
      yield Buffer.from("new");
    },
  });
}

const sent = async (version?: string) =>
  text(((await toFileMessage(stored(version), rewritten())) as BinaryFile).bytes());

test("the bytes of another version than the one that is meant are refused", async () => {
  await expect(sent("1")).rejects.toThrow(/^`box\/a\.txt` was changed before it was sent/);
});

test("a file of which no version is meant is sent as it is then", async () => {
  expect(await sent()).toBe("new");
});
