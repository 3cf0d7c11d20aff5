/** Returns the known name that `name` probably means: at most two letters differ, case ignored. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const letters = name.toLowerCase();
  return known.find((each) => distance(each.toLowerCase(), letters) <= 2);
}

/** Levenshtein distance, for short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
