import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IncomingMail, OurAddresses } from '../../src/inbound/mail/understand-mail.ts';

const FOLDER = join(import.meta.dirname, '../inbound/fixtures');

/** What the fixtures' tokens are signed with; `test/inbound/fixtures/README.md`. */
export const OURS: OurAddresses = {
  secrets: ['a secret of the fixtures, for nothing else'],
  unsubscribeMails: ['news+unsubscribe@harbour.example'],
};

/** The names of the mails in `test/inbound/fixtures`. */
export const MAILS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.eml'))
  .map((file) => file.slice(0, -'.eml'.length))
  .toSorted();

/** The bytes of a mail in `test/inbound/fixtures`. */
export function readMail(name: string): Buffer {
  return readFileSync(join(FOLDER, `${name}.eml`));
}

/** A mail as a source gives it. */
export function incoming(bytes: Uint8Array, recipients: readonly string[] = []): IncomingMail {
  const at = Temporal.Instant.from('2026-03-20T10:00Z');
  return { bytes, sizeBytes: bytes.length, recipients, source: 'test', at };
}
