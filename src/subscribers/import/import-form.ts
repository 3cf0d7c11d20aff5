import type { SubscriptionStatus } from '../../database/states.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { hasLeft } from '../subscriber.ts';
import { foldWords } from './columns/fold-words.ts';
import { findAddressColumn, recogniseName } from './columns/identity-columns.ts';
import { DECIDING, type Meaning } from './columns/meanings.ts';
import type { FileWords } from './columns/read-decision.ts';
import { recogniseColumn } from './columns/recognise-column.ts';
import { columnOf, type Provider, providerOf } from './import-providers.ts';

/** The user's options for a file. */
export interface FormWishes {
  /** By the column's name. */
  readonly columns?: ReadonlyMap<string, Meaning>;
  readonly ignored?: readonly string[];
  /** The meanings of words in it, by `foldWords`. */
  readonly words?: FileWords;
  /** The highest status that a person can get. */
  readonly status?: SubscriptionStatus;
  /** Id and name of the newsletter. A column with this name says who gets it. */
  readonly newsletter?: readonly string[];
}

export interface ImportColumn {
  /** As in the file. */
  readonly name: string;
  /** 0 is the first cell. */
  readonly at: number;
  /** Undefined: not used. */
  readonly as?: Meaning;
  /** An unused column whose cells are still searched for words such as "unsubscribed". */
  readonly watched?: true;
}

/** The meanings of the cells in a file's records. */
export interface ImportForm {
  /** The program that exported it, if its columns identify one. */
  readonly provider?: string;
  /** In the order of the file; empty for a list of addresses. */
  readonly columns: readonly ImportColumn[];
  /** Indexes of the cells, by meaning. */
  readonly places: Readonly<Partial<Record<Meaning, readonly number[]>>>;
  readonly deciding: readonly ImportColumn[];
  readonly watched: readonly ImportColumn[];
  readonly words: FileWords;
  /** People in the file are subscribed, unless a column says otherwise. */
  readonly lists: boolean;
}

/** A list of addresses, one on each line. */
export const LIST_FORM: ImportForm = {
  ...{ columns: [], places: { email: [0] }, deciding: [], watched: [], words: new Map() },
  lists: true,
};

/**
 * The form of a file with these columns. Undefined if no column contains addresses. Throws a data error
 * that names `place` if a column may say that people left or did not agree, but is not understood. Throws
 * a usage error if the user names a column that does not exist.
 */
export function recogniseForm(
  header: readonly string[],
  place: string,
  options: FormWishes = {},
): ImportForm | undefined {
  const names = header.map(foldWords);
  checkNamed(header, names, options);
  const email = findAddressColumn(names, wishedAt(names, options, 'email'));
  if (email === undefined) return undefined;
  const provider = providerOf(new Set(names));
  const columns = header.map((name, at) =>
    recognise({ name, at, names, email, provider, options }),
  );
  const unclear = columns.filter(({ as }) => as === 'unclear');
  if (unclear.length > 0 && !(options.status && hasLeft(options.status))) {
    throw new BroadsheetError(EXIT.data, explainUnclear(place, unclear));
  }
  const known = columns.map(({ as, ...column }): ImportColumn => {
    return as === undefined || as === 'unclear' ? column : { ...column, as };
  });
  return {
    ...(provider === undefined ? {} : { provider: provider.name }),
    columns: known,
    places: placesOf(known),
    deciding: known.filter(({ as }) => as !== undefined && DECIDING.includes(as)),
    watched: known.filter(({ watched }) => watched),
    words: new Map([...Object.entries(provider?.words ?? {}), ...(options.words ?? [])]),
    lists: provider?.lists === true,
  };
}

interface Asked {
  readonly name: string;
  readonly at: number;
  readonly names: readonly string[];
  /** Index of the address. */
  readonly email: number;
  readonly provider: Provider | undefined;
  readonly options: FormWishes;
}

type Recognised = Omit<ImportColumn, 'as'> & { readonly as?: Meaning | 'unclear' };

/** The user's choice comes first, then the provider's, then the column's own name. */
function recognise({ name, at, names, email, provider, options }: Asked): Recognised {
  const column = { name, at };
  const folded = names[at] ?? '';
  if ((options.ignored ?? []).some((some) => foldWords(some) === folded)) return column;
  const wished = [...(options.columns ?? [])].find(([some]) => foldWords(some) === folded)?.[1];
  if (wished !== undefined) return { ...column, as: wished };
  if (at === email) return { ...column, as: 'email' };
  const said = provider && columnOf(provider, folded);
  if (said !== undefined)
    return said === 'unused' || said === 'email' ? column : { ...column, as: said };
  if (options.newsletter?.some((some) => foldWords(some) === folded)) {
    return { ...column, as: 'subscribed' };
  }
  const ofPerson = recogniseName(folded);
  if (ofPerson !== undefined) return { ...column, as: ofPerson };
  const found = isPlace(folded, names) ? 'unused' : recogniseColumn(name);
  if (found === 'other-channel') return column;
  return found === 'unused' ? { ...column, watched: true } : { ...column, as: found };
}

/** If one of these columns is in the file, `state` is a part of a country. */
const PLACES =
  /^(city|town|zip|zip code|postal code|postcode|country|street|address|address 1|street address|stadt|ort|plz|land|ville|code postal|pays|ciudad|codigo postal|pais|citta|cap|plaats|stad|cidade|cep|miasto)$/;

function isPlace(name: string, names: readonly string[]): boolean {
  return /^(state|estado|etat|stato|stan)$/.test(name) && names.some((some) => PLACES.test(some));
}

function placesOf(columns: readonly ImportColumn[]): ImportForm['places'] {
  const places: Partial<Record<Meaning, number[]>> = {};
  for (const { as, at } of columns) if (as !== undefined) places[as] = [...(places[as] ?? []), at];
  return places;
}

function wishedAt(names: readonly string[], { columns }: FormWishes, meaning: Meaning) {
  const name = [...(columns ?? [])].find(([, some]) => some === meaning)?.[0];
  return name === undefined ? undefined : names.indexOf(foldWords(name));
}

function checkNamed(
  header: readonly string[],
  names: readonly string[],
  { columns, ignored }: FormWishes,
): void {
  const missing = [...(columns?.keys() ?? []), ...(ignored ?? [])].find(
    (name) => !names.includes(foldWords(name)),
  );
  if (missing === undefined) return;
  const there = header.map((name) => `"${name}"`).join(', ');
  throw new BroadsheetError(
    EXIT.usage,
    `"${missing}" is no column of the file (--column, --ignore-column); it has ${there}`,
  );
}

function explainUnclear(place: string, columns: readonly { readonly name: string }[]): string {
  const [{ name } = { name: '' }, ...others] = columns;
  const list = columns.map((column) => `"${column.name}"`).join(', ');
  const fact =
    others.length === 0
      ? `has a column that may say who left or never agreed, and is not understood: ${list}`
      : `has columns that may say who left or never agreed, and are not understood: ${list}`;
  const remedy = `say what ${others.length === 0 ? 'it means' : 'each means'} with --column "${name}=MEANING" (such as consent, subscribed, status, unsubscribed, bounced, complained), or leave it aside with --ignore-column "${name}"`;
  return `${place}  ${fact}; ${remedy}; nothing was stored`;
}
