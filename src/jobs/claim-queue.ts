/**
 * What several workers take from, one at a time: `claim` is asked for more whenever there is
 * nothing left, by one of them at a time. Undefined when `claim` gives nothing.
 */
export function openClaimQueue<Item>(
  claim: () => Promise<readonly Item[]>,
): () => Promise<Item | undefined> {
  const items: Item[] = [];
  let claiming: Promise<number> | undefined;

  async function claimMore(): Promise<number> {
    try {
      return items.push(...(await claim()));
    } finally {
      claiming = undefined;
    }
  }

  return async () => {
    while (items.length === 0) {
      claiming ??= claimMore();
      if ((await claiming) === 0) return undefined;
    }
    return items.shift();
  };
}
