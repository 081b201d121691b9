/**
 * Hands out batches one event at a time. Asks for the next batch only when the last is used up, so that a slow reader
 * slows the engine down; several times cheaper than yielding each event from an async generator.
 */
export function eachEvent<Event>(batches: AsyncGenerator<readonly Event[], void>): AsyncIterator<Event, undefined> {
  let batch: readonly Event[] = [];
  let index = 0;
  const take = (): IteratorResult<Event, undefined> | undefined => {
    const value = batch[index];
    if (value === undefined) return undefined;
    index += 1;
    return { done: false, value };
  };
  const refill = async (): Promise<IteratorResult<Event, undefined>> => {
    for (;;) {
      const next = await batches.next();
      if (next.done) return { done: true, value: undefined };
      batch = next.value;
      index = 0;
      const result = take();
      if (result) return result;
    }
  };
  return {
    next: () => {
      const result = take();
      return result ? Promise.resolve(result) : refill();
    },
    return: async () => {
      batch = [];
      await batches.return();
      return { done: true, value: undefined };
    },
  };
}
