/** A name as one short line of text without control characters; undefined where nothing is left. */
export function oneLine(text: string | undefined): string | undefined {
  const line = text
    ?.replace(/[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]+/gu, ' ')
    .trim()
    .slice(0, 200);
  return line === '' ? undefined : line;
}
