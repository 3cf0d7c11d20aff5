import { basename } from 'node:path';
import type { SubscriptionStatus } from '../../database/states.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { hasLeft } from '../subscriber.ts';
import { hasTopic, topicsOf } from './columns/column-words.ts';
import { byWord, foldWords } from './columns/fold-words.ts';
import type { Meaning } from './columns/meanings.ts';
import {
  type Decision,
  type FileWords,
  isDeciding,
  stricterStatus,
} from './columns/read-decision.ts';
import {
  findAddressColumn,
  recogniseColumn,
  recogniseNamePart,
} from './columns/recognise-column.ts';
import { columnOf, providerOf } from './import-providers.ts';

/** How the user wants a file to be read. */
export interface FormOptions {
  /** The highest status that a person can get. Default: active. */
  readonly status?: SubscriptionStatus;
  /** The meanings of columns, by their names. */
  readonly columns?: ReadonlyMap<string, Meaning>;
  /** Names of columns to ignore. */
  readonly ignoredColumns?: readonly string[];
  /** The meanings of words in the columns. Case, accents and punctuation are ignored. */
  readonly values?: ReadonlyMap<string, SubscriptionStatus>;
}

export interface ImportColumn {
  /** As in the file. */
  readonly name: string;
  /** 0 is the first cell. */
  readonly at: number;
  /** Undefined: not used. */
  readonly as?: Meaning;
  /** An unused column whose cells are still searched for words such as "unsubscribed". */
  readonly isWatched?: boolean;
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
  /** Decisions about cells of this file, by meaning and cell: answers repeat. */
  readonly decisions: Map<string, Decision>;
  /** People in the file are subscribed, unless a column says otherwise. */
  readonly lists: boolean;
}

/** The form of a list of addresses, one on each line. */
export function listForm(): ImportForm {
  return {
    ...{ columns: [], places: { email: [0] }, deciding: [], watched: [] },
    ...{ words: new Map(), decisions: new Map(), lists: true },
  };
}

/**
 * The form of a file with these columns. A column with one of `newsletterNames` says who gets the
 * newsletter. Undefined if no column contains addresses. Throws a data error that names `place` if a
 * column may say that people left or did not agree, but is not understood. Throws a usage error if the
 * user names a column that does not exist.
 */
export function recogniseForm(
  header: readonly string[],
  place: string,
  options: FormOptions,
  newsletterNames: readonly string[],
): ImportForm | undefined {
  const names = header.map(foldWords);
  checkNamed(header, names, options);
  const chosen = new Map([...(options.columns ?? [])].map(([name, as]) => [foldWords(name), as]));
  const ignored = new Set(options.ignoredColumns?.map(foldWords));
  const [named] = [...chosen].find(([, as]) => as === 'email') ?? [];
  const email = named === undefined ? findAddressColumn(names) : names.indexOf(named);
  if (email === undefined) return undefined;
  const provider = providerOf(new Set(names));

  /** The user's choice comes first, then the provider's, then the column's own name. */
  function meaningOf(folded: string, at: number): Meaning | 'unused' | 'watched' | 'unclear' {
    if (ignored.has(folded)) return 'unused';
    const known = chosen.get(folded) ?? (at === email ? 'email' : undefined);
    if (known !== undefined) return known;
    const ofProvider = provider && columnOf(provider, folded);
    if (ofProvider !== undefined) return ofProvider === 'email' ? 'unused' : ofProvider;
    if (newsletterNames.some((name) => foldWords(name) === folded)) return 'subscribed';
    const part = recogniseNamePart(folded);
    if (part !== undefined) return part;
    const found = isPlace(folded, names) ? 'unused' : recogniseColumn(header[at] ?? '');
    if (found === 'other-channel') return 'unused';
    return found === 'unused' ? 'watched' : found;
  }

  const unclear: string[] = [];
  const columns = header.map((name, at): ImportColumn => {
    const meaning = meaningOf(names[at] ?? '', at);
    if (meaning === 'unclear') unclear.push(name);
    if (meaning === 'unclear' || meaning === 'unused') return { name, at };
    return meaning === 'watched' ? { name, at, isWatched: true } : { name, at, as: meaning };
  });
  if (unclear.length > 0 && !(options.status && hasLeft(options.status))) {
    throw new BroadsheetError(EXIT.data, explainUnclear(place, unclear));
  }
  const words = [...(options.values ?? [])].map(([word, as]) => [foldWords(word), as] as const);
  return {
    provider: provider?.name,
    columns,
    places: placesOf(columns),
    deciding: columns.filter(({ as }) => as !== undefined && isDeciding(as)),
    watched: columns.filter(({ isWatched }) => isWatched),
    words: new Map([...byWord(provider?.words ?? {}), ...words]),
    decisions: new Map(),
    lists: provider?.lists === true,
  };
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

function checkNamed(
  header: readonly string[],
  names: readonly string[],
  { columns, ignoredColumns }: FormOptions,
): void {
  const missing = [...(columns?.keys() ?? []), ...(ignoredColumns ?? [])].find(
    (name) => !names.includes(foldWords(name)),
  );
  if (missing === undefined) return;
  const there = header.map((name) => `"${name}"`).join(', ');
  throw new BroadsheetError(
    EXIT.usage,
    `"${missing}" is no column of the file (--column, --ignore-column); it has ${there}`,
  );
}

function explainUnclear(place: string, names: readonly string[]): string {
  const list = names.map((name) => `"${name}"`).join(', ');
  const [fact, what] =
    names.length === 1
      ? [`has a column that may say who left or never agreed, and is not understood`, 'it means']
      : [`has columns that may say who left or never agreed, and are not understood`, 'each means'];
  const remedy = `say what ${what} with --column "${names[0]}=MEANING" (such as consent, subscribed, status, unsubscribed, bounced, complained), or leave it aside with --ignore-column "${names[0]}"`;
  return `${place}  ${fact}: ${list}; ${remedy}; nothing was stored`;
}

/**
 * The highest status for people of the file `source`. It is `status` if the user set one, else active.
 * The file's name can lower it. Throws a data error if the name says that these people left or never
 * subscribed, and nothing else decides their status.
 */
export function highestStatus(
  source: string,
  form: ImportForm,
  status: SubscriptionStatus | undefined,
): SubscriptionStatus {
  if (form.provider === 'Mailchimp') return highestOfMailchimp(source, status ?? 'active');
  // The file itself may say for each person that they agreed.
  const says = (['status', 'consent', 'subscribed'] as const).some((as) => form.places[as]);
  if (status !== undefined || says) return status ?? 'active';
  const { topics } = topicsOf(basename(source).replace(/\.\w+$/, ''));
  if (!hasTopic(topics, 'leave', 'bounce', 'complaint', 'block', 'gone', 'unwanted'))
    return 'active';
  throw new BroadsheetError(
    EXIT.data,
    `${source}  has a name like that of a list of people who left; import it with --status unsubscribed (or bounced, complained), or, if they all agreed, with --status active; nothing was stored`,
  );
}

/**
 * Mailchimp's file names say which people a file contains. Its file of people who never subscribed looks
 * like its file of subscribers.
 */
function highestOfMailchimp(source: string, status: SubscriptionStatus): SubscriptionStatus {
  const [kind] = /^(nonsubscribed|archived|unsubscribed|cleaned)(?=_)/.exec(basename(source)) ?? [];
  switch (kind) {
    case 'unsubscribed':
      return stricterStatus(status, 'unsubscribed');
    case 'cleaned':
      return stricterStatus(status, 'bounced');
    case undefined:
      return status;
    default:
      throw new BroadsheetError(
        EXIT.data,
        `${source}  has people who do not get your mail at Mailchimp (${kind}); leave it out, nothing was stored`,
      );
  }
}
