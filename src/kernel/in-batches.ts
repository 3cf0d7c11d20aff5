/**
 * Returns a function that does `work` for an item together with the items that come while it is busy, up
 * to `most` at once, one batch after the other. `work` returns a result for each item, in their order.
 * If it throws, the callers of that batch get its error.
 */
export function inBatches<Item, Result>(
  most: number,
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  const waiting: { readonly item: Item; readonly answer: PromiseWithResolvers<Result> }[] = [];
  let isBusy = false;
  const workAll = async () => {
    isBusy = true;
    // First the other callers of this turn add theirs.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most);
      try {
        const results = await work(batch.map(({ item }) => item));
        for (const [at, { answer }] of batch.entries()) answer.resolve(results[at] as Result);
      } catch (error) {
        for (const { answer } of batch) answer.reject(error);
      }
    }
    isBusy = false;
  };
  return (item) => {
    const answer = Promise.withResolvers<Result>();
    waiting.push({ item, answer });
    if (!isBusy) void workAll();
    return answer.promise;
  };
}
