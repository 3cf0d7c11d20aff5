import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { domainOf, type EmailAddress } from '../../kernel/email-address.ts';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { makeStateFolder } from '../../kernel/files/state-folder.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import type { Config } from '../../settings/config.ts';
import { keysFor } from '../../settings/dkim.ts';
import { dkimSchema } from '../../settings/schema.ts';
import type { DkimSettings } from '../../settings/settings.ts';
import { standardPlace } from '../../settings/state-place.ts';
import type { DkimKey } from './dkim-signature.ts';

/** RFC 8301 §3.2: verifiers accept 1024 to 4096 bits. */
const RSA_BITS = { least: 1024, made: 2048, most: 4096 };

export type DkimAlgorithm = 'rsa' | 'ed25519';

/**
 * The keys that sign mail from `sender`, read from their files. Throws a config error for a file without
 * a fitting key.
 */
export function readKeysFor(
  sender: EmailAddress,
  settings: readonly DkimSettings[],
): readonly DkimKey[] {
  return keysFor(sender, settings).map(readKey);
}

/** Reads a key from its file. Throws a config error for a file without a fitting key. */
export function readKey({ domain, selector, keyFile }: DkimSettings): DkimKey {
  const fail = (fact: string, cause?: unknown) => {
    const remedy =
      'name the file of a private key in email.dkim, or make one with `broadsheet dkim new`';
    throw new BroadsheetError(EXIT.config, `${keyFile}  ${fact}; ${remedy}`, { cause });
  };
  let key: KeyObject;
  try {
    key = createPrivateKey(readRegularFile(keyFile));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return fail(isMissing ? 'is not there' : `is not a key: ${reasonOf(error)}`, error);
  }
  const kind = key.asymmetricKeyType;
  if (kind !== 'rsa' && kind !== 'ed25519')
    return fail(`is a key of the type ${kind}, not RSA or Ed25519`);
  const { modulusLength: bits = RSA_BITS.made } = key.asymmetricKeyDetails ?? {};
  if (bits < RSA_BITS.least || bits > RSA_BITS.most) {
    return fail(`is an RSA key of ${bits} bits, which receivers do not accept`);
  }
  return { domain, selector, key };
}

/**
 * Makes a key and writes it to a new file that only its owner can read. Throws a usage error if the file
 * exists, and a `BroadsheetError` (disk) if the disk refuses.
 */
export function writeNewKey(settings: DkimSettings, algorithm: DkimAlgorithm): DkimKey {
  const { keyFile } = settings;
  makeStateFolder(keyFile);
  const { privateKey } =
    algorithm === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS.made })
      : generateKeyPairSync('ed25519');
  try {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(keyFile, pem, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new BroadsheetError(
        EXIT.disk,
        `${keyFile}  ${reasonOf(error)}; make its folder writable`,
        { cause: error },
      );
    }
    const remedy = 'choose another selector with --selector';
    throw new BroadsheetError(
      EXIT.usage,
      `${keyFile}  exists, and keys are not overwritten; ${remedy}`,
    );
  }
  return { ...settings, key: privateKey };
}

/** What the DNS needs for a key (RFC 6376 §3.6.2). */
export interface DkimRecord {
  /** `rsa-202603._domainkey.example.org` */
  readonly name: string;
  readonly type: 'TXT';
  readonly value: string;
  /** The value in pieces: a string of the DNS has at most 255 bytes (RFC 1035 §3.3). */
  readonly strings: readonly string[];
}

/** The DNS record of a key. */
export function dkimRecord({ domain, selector, key }: DkimKey): DkimRecord {
  const kind = key.asymmetricKeyType;
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // RFC 8463 §4: only the 32 bytes at the end, which are the key.
  const bytes = kind === 'ed25519' ? spki.subarray(-32) : spki;
  const value = `v=DKIM1; k=${kind}; p=${bytes.toString('base64')}`;
  const name = `${selector}._domainkey.${domain}`;
  return { name, type: 'TXT', value, strings: value.match(/.{1,255}/g) ?? [] };
}

/** A key with all that a person needs to use it. */
export interface DkimReport {
  readonly algorithm: DkimAlgorithm;
  /** As in `email.dkim`; the path is absolute. */
  readonly settings: DkimSettings;
  readonly record: DkimRecord;
}

/** The keys of the config with their DNS records. Throws a config error for a file without a key. */
export function showKeys({ dkim }: Pick<Config, 'dkim'>): readonly DkimReport[] {
  return dkim.map((settings) => reportOf(settings, readKey(settings)));
}

function reportOf(settings: DkimSettings, key: DkimKey): DkimReport {
  const algorithm = key.key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ed25519';
  return { algorithm, settings, record: dkimRecord(key) };
}

export interface NewKeyOptions {
  readonly algorithm: DkimAlgorithm;
  /** Default: the domain of all newsletters, if they have one. */
  readonly domain?: string;
  /** Default: algorithm and month, as `rsa-202603`. */
  readonly selector?: string;
}

/**
 * Makes a key beside the database, in a new file that only its owner can read. The config does not
 * change. Throws a usage error for a domain from which no newsletter is sent, and if the file exists.
 */
export function newKey(
  { file, newsletters, site }: Pick<Config, 'file' | 'newsletters' | 'site'>,
  { algorithm, ...options }: NewKeyOptions,
  now: Temporal.Instant,
): DkimReport {
  const senders = newsletters.map(({ from }) => from.address);
  const [only, ...others] = new Set(senders.map(domainOf));
  const domain = options.domain ?? (others.length > 0 ? undefined : only);
  if (domain === undefined) {
    const fact =
      only === undefined ? 'there is no newsletter' : 'the newsletters have several domains';
    throw new BroadsheetError(EXIT.usage, `${fact}; name one with --domain`);
  }
  const month = now.toZonedDateTimeISO(site.timeZone).toPlainDate().toString().slice(0, 7);
  const selector = options.selector ?? `${algorithm}-${month.replace('-', '')}`;
  const keyFile = join(dirname(standardPlace(file).database), `${selector}.${domain}.pem`);
  const settings = parseDkim({ domain, selector, keyFile });
  if (!senders.some((sender) => keysFor(sender, [settings]).length > 0)) {
    const remedy = `use the domain of from.address, or one above it: ${[only, ...others].join(', ')}`;
    throw new BroadsheetError(
      EXIT.usage,
      `no newsletter is sent from ${domain} (--domain); ${remedy}`,
    );
  }
  return reportOf(settings, writeNewKey(settings, algorithm));
}

/** Checks what was typed as the config is checked. Throws a usage error. */
function parseDkim(typed: DkimSettings): DkimSettings {
  const parsed = dkimSchema.safeParse(typed);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [option = ''], message }) => {
    const given = typed[option as keyof DkimSettings];
    return `--${String(option)} "${given}" ${message}`;
  });
  throw new BroadsheetError(EXIT.usage, problems.join('\n'));
}
