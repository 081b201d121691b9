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
