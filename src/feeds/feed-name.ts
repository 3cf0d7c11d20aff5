import { createHash } from 'node:crypto';

/** A feed's folder, and the names that it is for: spellings of one name share it. */
export interface NamedFolder {
  /** Safe in a URL and on every file system: letters, digits and hyphens, in lower case. */
  readonly folder: string;
  /** As first written. */
  readonly name: string;
  /** Every spelling, `name` first: `News`, `news`. */
  readonly spellings: readonly string[];
  /** The name that already had the folder which this one would have had. */
  readonly collidesWith?: string;
}

const SIGNS: Readonly<Record<string, string>> = { '&': ' and ', '+': ' plus ', '#': ' sharp ' };

/** What some systems take for a device, whatever the extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

const MOST_CHARACTERS = 60;

/**
 * The folder for each of `names`, which come in the order in which they were first published, so
 * that a later name never takes the folder of an earlier one. Names that differ in case or white
 * space only are one; others that would have the same folder get one with a hash at its end.
 */
export function nameFolders(names: Iterable<string>): NamedFolder[] {
  const spellings = new Map<string, string[]>();
  for (const name of names) {
    const known = spellings.get(nameKey(name));
    if (known === undefined) spellings.set(nameKey(name), [name]);
    else if (!known.includes(name)) known.push(name);
  }
  const owners = new Map<string, string>();
  return [...spellings.values()].flatMap((group) => {
    const [name] = group;
    if (name === undefined) return [];
    const plain = folderName(name);
    const owner = owners.get(plain);
    const folder = owner === undefined ? plain : `${plain}-${hashOf(name)}`;
    owners.set(folder, name);
    const collision = owner === undefined ? {} : { collidesWith: owner };
    return [{ folder, name, spellings: group, ...collision }];
  });
}

/** What spellings of one name have in common. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** `name` as a folder; a name without any letter or digit becomes a hash. */
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
