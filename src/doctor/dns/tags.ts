/**
 * Parses a tag list (RFC 6376 §3.2), as DKIM keys, DMARC, BIMI and TLS reports have it: `v=DMARC1; p=none`.
 * Returns undefined for a text that is none, or that has a tag twice.
 */
export function parseTags(text: string): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [, name, value] = /^\s*([A-Za-z]\w*)\s*=([\s\S]*)$/.exec(part) ?? [];
    if (name === undefined || tags.has(name)) return undefined;
    tags.set(name, (value ?? '').trim());
  }
  return tags;
}

/** The tag list as a text. */
export function formatTags(tags: ReadonlyMap<string, string>): string {
  return Array.from(tags, ([name, value]) => `${name}=${value}`).join('; ');
}
