import { createHash } from 'node:crypto';

/** A longer one is nobody's: it is counted up from 0. */
const LONGEST_PROOF = 20;

/**
 * Whether `proof` shows that about 2^`bits` hashes were made for this form and this address: the
 * SHA-256 of `token:address:proof` begins with so many bits that are 0. `address` as it was typed.
 * `web-templates/site.js` looks for one.
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
