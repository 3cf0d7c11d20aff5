import { createHash } from 'node:crypto';

/** No real proof is longer: the script counts up from 0. */
const LONGEST_PROOF = 20;

/**
 * Whether `proof` shows that about 2^`bits` hashes were made for this form and this address. The SHA-256
 * of `token:address:proof` has to begin with `bits` zero bits. `address` as the user typed it.
 * `web-templates/site.js` searches for a proof.
 */
export function isProofOfWork(
  proof: string,
  of: { readonly token: string; readonly address: string; readonly bits: number },
): boolean {
  if (of.bits === 0) return true;
  if (proof.length === 0 || proof.length > LONGEST_PROOF) return false;
  const hash = createHash('sha256').update(`${of.token}:${of.address}:${proof}`).digest();
  // At most 24 bits, as the config's schema says.
  return hash.readUIntBE(0, 4) >>> (32 - of.bits) === 0;
}
