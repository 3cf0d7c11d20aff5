import { matchesStrongly, matchesWeakly } from './entity-tag.ts';
import { parseHttpDate } from './http-date.ts';

/** The values that a client's conditions are compared with. */
export interface Validators {
  /** Without the quotes; strong. */
  readonly tag: string;
  /** Whole seconds since 1970. */
  readonly modified: number;
}

/** Each field of a request with all its lines: Node's `headersDistinct`. */
export type Fields = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * The answer to a GET or HEAD with these conditions, in the order of RFC 9110 §13.2.2: the file, 304 or
 * 412. An invalid or repeated date is ignored (§13.1.3, §13.1.4).
 */
export function evaluateConditions(
  fields: Fields,
  { tag, modified }: Validators,
  nowSeconds: number,
): 'send' | 'not modified' | 'failed' {
  const ifMatch = fields['if-match']?.join(', ');
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, tag)) return 'failed';
  } else {
    const since = dateOf(fields['if-unmodified-since'], nowSeconds);
    if (since !== undefined && modified > since) return 'failed';
  }
  const ifNoneMatch = fields['if-none-match']?.join(', ');
  if (ifNoneMatch !== undefined) return matchesWeakly(ifNoneMatch, tag) ? 'not modified' : 'send';
  const since = dateOf(fields['if-modified-since'], nowSeconds);
  return since !== undefined && modified <= since ? 'not modified' : 'send';
}

function dateOf(lines: readonly string[] | undefined, nowSeconds: number): number | undefined {
  const [line] = lines ?? [];
  return line === undefined || lines?.length !== 1 ? undefined : parseHttpDate(line, nowSeconds);
}
