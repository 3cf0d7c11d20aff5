interface EntityTag {
  readonly weak: boolean;
  /** Without the quotes. */
  readonly value: string;
}

const TAG = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y;

/**
 * Suffixes that proxies add to a tag when they compress an uncompressed file: Apache `-gzip` and `-br`,
 * Jetty `--gzip`, older ones `;gzip`. Our suffixes for compressed files (`.gz`, `.br`) are different, to
 * avoid confusion.
 */
const OF_A_PROXY = /(?:--gzip|-gzip|;gzip|-br|-zstd|-deflate)$/;

/** `If-None-Match` (RFC 9110 §13.1.2): weak comparison. Ignores suffixes from proxies. */
export function matchesWeakly(field: string, tag: string): boolean {
  if (field.trim() === '*') return true;
  return tagsOf(field).some(({ value }) => value === tag || value.replace(OF_A_PROXY, '') === tag);
}

/** `If-Match` (RFC 9110 §13.1.1): strong comparison. */
export function matchesStrongly(field: string, tag: string): boolean {
  if (field.trim() === '*') return true;
  return tagsOf(field).some(({ weak, value }) => !weak && value === tag);
}

/** The tags of a list, up to the first malformed one. */
function tagsOf(field: string): EntityTag[] {
  const tags: EntityTag[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < field.length) {
    const found = TAG.exec(field);
    if (found === null) break;
    const [, weak, value] = found;
    if (value !== undefined) tags.push({ weak: weak !== undefined, value });
  }
  return tags;
}
