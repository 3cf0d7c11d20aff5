import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The IANA registry of subtags (RFC 5646 §3), by the kind of subtag: an object with them as keys. */
type Subtags = Readonly<Record<string, unknown>>;
const kinds = new Map<string, Subtags>();

function isRegistered(
  kind: 'language' | 'extlang' | 'script' | 'region' | 'variant',
  subtag: string,
) {
  let subtags = kinds.get(kind);
  if (subtags === undefined) {
    // Read when it is needed: most programs check one language or none.
    subtags = require(`language-subtag-registry/data/json/${kind}.json`) as Subtags;
    kinds.set(kind, subtags);
  }
  return Object.hasOwn(subtags, subtag.toLowerCase());
}

/** Far longer than any tag. Longer texts take quadratic time to check. */
const LONGEST_TAG = 100;

/**
 * `text` as a canonical language tag (BCP 47) whose subtags are all registered; also written with `_`.
 * Returns a `reason` for any other text, a phrase with the remedy: feed readers and validators refuse
 * tags that are well-formed but not registered, such as `jp`.
 */
export function parseLanguageTag(
  text: string,
): { readonly tag: string } | { readonly reason: string } {
  const tag = canonicalTag(text.trim().replaceAll('_', '-'));
  if (tag !== undefined && isRegisteredTag(tag)) return { tag };
  return {
    reason: `is not a language tag (BCP 47); write ${likelyTag(text.trim()) ?? 'one like en or pt-BR'}`,
  };
}

function canonicalTag(text: string): string | undefined {
  if (text.length > LONGEST_TAG) return undefined;
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

function isRegisteredTag(tag: string): boolean {
  const { language, script, region, baseName } = new Intl.Locale(tag);
  const variants = baseName
    .split('-')
    .filter((part) => /^(?:[a-z0-9]{5,8}|\d[a-z0-9]{3})$/.test(part));
  return (
    tag === baseName &&
    (isRegistered('language', language) || isRegistered('extlang', language)) &&
    (script === undefined || isRegistered('script', script)) &&
    (region === undefined || isRegistered('region', region)) &&
    variants.every((variant) => isRegistered('variant', variant))
  );
}

/** Languages whose own and English names people write in place of a tag. */
const NAMED =
  'ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms mt nb nl nn pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh';

/** The tag that is meant by a country's code (`jp`), the name of a language (`Deutsch`) or a longer tag. */
function likelyTag(text: string): string | undefined {
  if (text.length > LONGEST_TAG) return undefined;
  const [first = ''] = text.split(/[^\p{L}]+/u);
  const parts = text.replaceAll('_', '-').split('-');
  for (let length = parts.length - 1; length > 0; length--) {
    const tag = canonicalTag(parts.slice(0, length).join('-'));
    if (tag !== undefined && isRegisteredTag(tag)) return tag;
  }
  if (/^[a-z]{2}$/i.test(first) && first.toLowerCase() !== 'zz' && isRegistered('region', first)) {
    return new Intl.Locale(`und-${first}`).maximize().language;
  }
  const name = first.toLowerCase();
  return NAMED.split(' ').find((tag) =>
    ['en', tag].some((inLanguage) => {
      const names = new Intl.DisplayNames(inLanguage, { type: 'language' });
      return names.of(tag)?.toLowerCase() === name;
    }),
  );
}
