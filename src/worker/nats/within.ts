import { BOUNDS } from "../../bounds.ts";

/**
 * The result of a call to the broker. The client has limits of its own, but a call that was begun while the server made
 * its streams was seen to end never (client 3.3.1, server 2.9.10).
 *
 * @throws Error after `waitMs`; what the call throws.
 */
export async function within<Value>(call: Promise<Value>, waitMs = 2 * BOUNDS.machines.callMs): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The broker did not answer within ${waitMs / 1000} s.`)), waitMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Each next part of what the broker sends comes within `waitMs`. @throws Error otherwise. */
export async function* steadily<Part>(parts: AsyncIterable<Part>, waitMs?: number): AsyncGenerator<Part, void> {
  const reader = parts[Symbol.asyncIterator]();
  try {
    for (let next = await within(reader.next(), waitMs); !next.done; next = await within(reader.next(), waitMs)) {
      yield next.value;
    }
  } finally {
    // Not awaited: what does not send does not end, either.
    void reader.return?.().catch(() => {});
  }
}
