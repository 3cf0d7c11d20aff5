import { createHash } from 'node:crypto';

/** A feed's folder, and its names: spellings of one name share it. */
export interface NamedFolder {
  /** Letters, digits and hyphens, in lower case: safe in a URL and on every file system. */
  readonly folder: string;
  /** The first spelling. */
  readonly name: string;
  /** Every spelling, `name` first: `News`, `news`. */
  readonly spellings: readonly string[];
  /** The earlier name that already has the plain folder of this one. */
  readonly collidesWith?: string;
}

const SIGNS: Readonly<Record<string, string>> = { '&': ' and ', '+': ' plus ', '#': ' sharp ' };

/** Names that some systems reserve for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

const MOST_CHARACTERS = 60;

/**
 * Assigns a folder to each of `names`. They are in the order of first publication, so a later name
 * never takes the folder of an earlier one. Names that differ only in case or white space are the
 * same. Others that would share a folder get one with a hash at its end.
 */
export function nameFolders(names: Iterable<string>): NamedFolder[] {
  const owners = new Map<string, string>();
  return [...Map.groupBy(new Set(names), nameKey).values()].map((spellings) => {
    const [name = ''] = spellings;
    const plain = folderName(name);
    const collidesWith = owners.get(plain);
    const folder = collidesWith === undefined ? plain : `${plain}-${hashOf(name)}`;
    owners.set(folder, name);
    return { folder, name, spellings, collidesWith };
  });
}

/** The key that all spellings of one name share. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** `name` as a folder. A name without letters and digits becomes a hash. */
export function folderName(name: string): string {
  const words = nameKey(name)
    .replace(/[&+#]/g, (sign) => SIGNS[sign] ?? '')
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-|-$/g, '');
  if (words === '' || DEVICE.test(words)) return `${words === '' ? 'name' : words}-${hashOf(name)}`;
  const characters = [...words];
  if (characters.length <= MOST_CHARACTERS) return words;
  return `${characters
    .slice(0, MOST_CHARACTERS - 7)
    .join('')
    .replace(/-$/, '')}-${hashOf(name)}`;
}

function hashOf(name: string): string {
  return createHash('sha256').update(nameKey(name)).digest('hex').slice(0, 6);
}
