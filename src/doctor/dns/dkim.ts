import { type DkimRecord, dkimRecord } from '../../delivery/message/dkim-keys.ts';
import type { DkimKey } from '../../delivery/message/dkim-signature.ts';
import type { Dns } from '../../kernel/dns.ts';
import { type Fault, failure, type Result, resultOf, warning } from '../finding.ts';
import { parseTags } from './tags.ts';

/** The shortest RSA key that signers should use (RFC 8301 §3.2). */
const GOOD_BITS = 2048;

/**
 * Checks that the DNS has the public key of a key that signs; `isOnly`: there is no other. Throws a
 * `DnsFailure`.
 */
export async function checkDkim(dns: Dns, key: DkimKey, isOnly: boolean): Promise<Result> {
  const { strings: _strings, ...record } = dkimRecord(key);
  const texts = await dns.resolve(record.name, 'TXT');
  const [text] = texts;
  if (text === undefined) return { ...failure('the public key is not in the DNS'), record };
  if (texts.length > 1) {
    const fact = `there are ${texts.length} records, and receivers use any of them`;
    return { ...failure(fact), remedy: 'keep only this one', record };
  }
  const faults = [...faultsOf(text, key, record)];
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key.key;
  if (isOnly && type === 'ed25519') {
    faults.push(warning('Gmail and Microsoft do not check Ed25519 yet; add an RSA key beside it'));
  }
  const size = type === 'rsa' ? `RSA, ${details?.modulusLength} bits` : 'Ed25519';
  const isWrong = faults.some(({ level }) => level === 'failure') || parseTags(text)?.has('t');
  return resultOf(
    faults,
    `the DNS has the public key of ${key.selector} (${size})`,
    isWrong ? { record } : {},
  );
}

function faultsOf(
  text: string,
  { key }: DkimKey,
  { value }: Pick<DkimRecord, 'value'>,
): readonly Fault[] {
  const tags = parseTags(text);
  if (tags === undefined) return [failure('the record cannot be read')];
  const published = tags.get('p')?.replace(/\s/g, '');
  const faults: Fault[] = [];
  const listed = (tag: string) =>
    tags
      .get(tag)
      ?.toLowerCase()
      .split(/\s*:\s*/);
  if ((tags.get('v') ?? 'DKIM1') !== 'DKIM1') faults.push(failure('its v is not DKIM1'));
  if ((tags.get('k') ?? 'rsa') !== key.asymmetricKeyType) {
    faults.push(failure(`it is for a key of another kind than ours (${key.asymmetricKeyType})`));
  } else if (published === '') faults.push(failure('the key is revoked (p is empty)'));
  else if (published !== parseTags(value)?.get('p')) {
    faults.push(failure('it has another key than the one that signs'));
  }
  if (listed('h')?.includes('sha256') === false) faults.push(failure('it does not permit SHA-256'));
  if (listed('s')?.some((each) => each === '*' || each === 'email') === false) {
    faults.push(failure('it is not for mail (s)'));
  }
  if (listed('t')?.includes('y')) {
    faults.push(
      warning('it says that you are testing (t=y): receivers may treat mail as unsigned'),
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? GOOD_BITS;
  if (bits < GOOD_BITS) {
    faults.push(warning(`a key of ${bits} bits is short; make one of ${GOOD_BITS}`));
  }
  return faults;
}
