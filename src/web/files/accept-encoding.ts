/** A form that a file can be had in (RFC 9110 §8.4.1). */
export type Coding = 'br' | 'gzip' | 'identity';

/** The one that is sent first where a client likes several equally well. */
const OURS: readonly Coding[] = ['br', 'gzip', 'identity'];

/** Of what a client does not name but does not rule out either (RFC 9110 §12.5.3). */
const UNNAMED = 0.0001;

const ELEMENT = /^([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * The coding of `available` that a request with this `Accept-Encoding` is answered in. Undefined
 * where none is acceptable. Without the field anything would be; what sends none is a simple
 * program, and gets `identity`. Elements that are malformed count for nothing.
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
