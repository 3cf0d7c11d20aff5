import { join } from 'node:path';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import {
  type DkimAlgorithm,
  type DkimRecord,
  dkimRecord,
  writeNewKey,
} from '../../src/delivery/message/dkim-keys.ts';
import type { DkimKey } from '../../src/delivery/message/dkim-signature.ts';
import type { DkimSettings } from '../../src/settings/settings.ts';

/** A key in a file, and what the DNS says of it. */
export interface KeyOnFile {
  readonly settings: DkimSettings;
  readonly key: DkimKey;
  readonly record: DkimRecord;
}

/** Makes a key of `domain` in `folder`. */
export function makeKey(
  folder: string,
  algorithm: DkimAlgorithm,
  domain = 'harbour.example',
): KeyOnFile {
  const selector = `${algorithm}-test`;
  const settings = { domain, selector, keyFile: join(folder, `${selector}.${domain}.pem`) };
  const key = writeNewKey(settings, algorithm);
  return { settings, key, record: dkimRecord(key) };
}

/**
 * What receivers find in each signature of `message`, such as `pass` or `fail`, in the order of the
 * signatures. The DNS has the records of `keys`.
 */
export async function verdictsOn(
  message: Buffer,
  keys: readonly Pick<KeyOnFile, 'record'>[],
): Promise<readonly string[]> {
  const records = new Map(
    keys.map(({ record: { name, strings } }): [string, string[][]] => [name, [[...strings]]]),
  );
  const { results } = await dkimVerify(message, {
    async resolver(name, type) {
      const found = type === 'TXT' ? records.get(name) : undefined;
      if (found !== undefined) return found;
      throw Object.assign(new Error('no such record'), { code: 'ENOTFOUND' });
    },
  });
  return results.map(({ status }) => status.result);
}
