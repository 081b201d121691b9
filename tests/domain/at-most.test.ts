import { expect, test } from "vitest";
import { atMost } from "../../src/domain/at-most.ts";

test("so many works are carried out at once, the others in their order, and a failed one makes room", async () => {
  const inTurn = atMost(() => 2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) =>
    inTurn(() => {
      begun.push(n);
      return new Promise<number>((resolve, reject) => {
        ends[n] = () => (n === 1 ? reject(new Error("failed")) : resolve(n));
      });
    });
  const all = Promise.allSettled([0, 1, 2, 3].map(work));
  expect(begun).toEqual([0, 1]);
  ends[1]?.();
  await expect.poll(() => begun, { timeout: 30_000 }).toEqual([0, 1, 2]);
  ends[2]?.();
  await expect.poll(() => begun, { timeout: 30_000 }).toEqual([0, 1, 2, 3]);
  ends[0]?.();
  ends[3]?.();
  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
});
