import { createHash } from 'node:crypto';
import { isUri } from './clean-url.ts';

/**
 * The `id` of an item for Atom, which allows only URIs (RFC 4287 §4.2.6). Other ids become a URN.
 */
export function atomId(id: string): string {
  return isUri(id) ? id : uuidUrn(id);
}

/**
 * The `id` of an item for RSS. A short number becomes a URN, because it is not unique among all
 * feeds.
 */
export function rssGuid(id: string): string {
  return /^\d{1,8}$/.test(id) ? uuidUrn(id) : id;
}

/** A name-based UUID (RFC 9562 §5.5): always the same for the same `name`. */
function uuidUrn(name: string): string {
  const bytes = createHash('sha1').update('broadsheet:item:').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const parts = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ] as const;
  return `urn:uuid:${parts.map(([from, to]) => hex.slice(from, to)).join('-')}`;
}
