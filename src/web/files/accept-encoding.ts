/** A content coding of a file (RFC 9110 §8.4.1). */
export type Coding = 'br' | 'gzip' | 'identity';

/** Our order of preference if a client accepts several equally. */
const OURS: readonly Coding[] = ['br', 'gzip', 'identity'];

/** The weight of a coding that a client neither names nor excludes (RFC 9110 §12.5.3). */
const UNNAMED = 0.0001;

const ELEMENT = /^([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * The coding of `available` for a request with this `Accept-Encoding`. Undefined if none is acceptable.
 * Without the field, any coding is allowed; but a client that does not send it is a simple program, and
 * gets `identity`. Ignores malformed elements.
 */
export function negotiateCoding(
  field: string | undefined,
  available: readonly Coding[],
): Coding | undefined {
  if (field === undefined) return 'identity';
  const weights = weightsOf(field);
  const weightOf = (coding: Coding) =>
    weights.get(coding) ?? weights.get('*') ?? (coding === 'identity' ? UNNAMED : 0);
  return OURS.filter((coding) => available.includes(coding) && weightOf(coding) > 0)
    .toSorted((a, b) => weightOf(b) - weightOf(a))
    .at(0);
}

function weightsOf(field: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of field.split(',')) {
    const [, name, weight = '1'] = ELEMENT.exec(element.trim()) ?? [];
    if (name === undefined) continue;
    // RFC 9110 §8.4.1.3: the old name.
    const coding = name.toLowerCase().replace(/^x-gzip$/, 'gzip');
    weights.set(coding, Math.max(Number(weight), weights.get(coding) ?? 0));
  }
  return weights;
}
