/** Keeps the most recently used values. */
export interface RecentCache<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

/** A cache of values with a total weight of at most `most`. The least recently used are removed first. */
export function openRecentCache<Value>(
  most: number,
  weigh: (value: Value) => number,
): RecentCache<Value> {
  const values = new Map<string, Value>();
  let weight = 0;
  const drop = (key: string, value: Value) => {
    values.delete(key);
    weight -= weigh(value);
  };
  return {
    delete(key) {
      const value = values.get(key);
      if (value !== undefined) drop(key, value);
    },
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      const before = values.get(key);
      if (before !== undefined) drop(key, before);
      values.set(key, value);
      weight += weigh(value);
      for (const [oldest, least] of values) {
        if (weight <= most) break;
        drop(oldest, least);
      }
    },
  };
}
