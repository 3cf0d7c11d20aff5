const LINKS = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const FETCHED = new Set(['http:', 'https:']);

/**
 * `address` as an absolute URL, resolved against `base` as a browser does (WHATWG URL). That
 * removes control characters from a scheme, so `java\nscript:` is recognised. Undefined if the
 * address is empty or invalid, or if its scheme is not `http`, `https` or (only for a link)
 * `mailto` or `tel`. `javascript:` and `data:` never pass.
 */
export function absoluteUrl(
  address: string,
  base: string,
  use: 'link' | 'fetched',
): string | undefined {
  const trimmed = address.trim();
  if (trimmed === '') return undefined;
  const url = URL.parse(trimmed, base);
  if (url === null || !(use === 'link' ? LINKS : FETCHED).has(url.protocol)) return undefined;
  return url.href;
}

/** A `srcset` (HTML §4.8.4.2.1) with absolute URLs. Undefined if no candidate is left. */
export function absoluteSrcset(srcset: string, base: string): string | undefined {
  const candidates = candidatesOf(srcset).flatMap(({ address, descriptor }) => {
    const url = absoluteUrl(address, base, 'fetched');
    if (url === undefined || !/^(?:\d+w|\d+(?:\.\d+)?x)?$/.test(descriptor)) return [];
    // A comma would separate the candidates in the wrong place.
    return [`${url.replaceAll(',', '%2C')} ${descriptor}`.trim()];
  });
  return candidates.length === 0 ? undefined : candidates.join(', ');
}

/** A `srcset` with the addresses that `urlOf` returns; undefined of it if an address stays. */
export function mapSrcset(srcset: string, urlOf: (address: string) => string | undefined): string {
  return candidatesOf(srcset)
    .map(({ address, descriptor }) => `${urlOf(address) ?? address} ${descriptor}`.trim())
    .join(', ');
}

function candidatesOf(srcset: string) {
  return srcset.split(/,\s+|,(?=https?:|\/)|(?<=\s\d{1,5}(?:\.\d{1,5})?[wx]),/).map((candidate) => {
    const [address = '', descriptor = ''] = candidate.trim().split(/\s+/);
    return { address: address.replace(/,+$/, ''), descriptor };
  });
}
