import type { SubscriptionStatus } from '../../../database/states.ts';
import { hasLeft } from '../../subscriber.ts';
import { foldWords } from './fold-words.ts';
import type { Meaning } from './meanings.ts';
import { readDeparture, readWord, type Said } from './status-words.ts';

/**
 * What a cell says about a person: their subscription status. `neutral`: nothing against them. `silent`:
 * nothing, but the cell should say something. `unclear`: not understood.
 */
export type Decision = SubscriptionStatus | 'neutral' | 'silent' | 'unclear';

/** The meanings of words in this file, by `foldWords`. The user's choice comes first. */
export type FileWords = ReadonlyMap<string, SubscriptionStatus>;

/** A date with a year, or Unix seconds or milliseconds. */
const DATE =
  /(?:^|\D)(?:19|20)\d\d[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:(?:19|20)\d\d|\d\d)(?:\D|$)|\p{L}{3}.*(?:19|20)\d\d|^(?:19|20)\d{6}$|^1\d{9}(?:\d{3})?$/u;

/** The words in a date: months, weekdays, zones. With any other word, the text is a sentence. */
const DATE_WORD =
  /^(?:(?:jan|feb|f[eé]v|mar|m[aä]r|apr|avr|abr|ma[iyj]|jui?n|jui?l|giu|lug|aug|ao[uû]|ago|set|sep|o[ck]t|ott|nov|de[czs]|d[eé]c|dic|ene|gen|mon|tue|wed|thu|fri|sat|sun)\p{L}*|[tz]|am|pm|utc|gmt|bst|ces?t|ees?t|wes?t|[ecmp][sd]t|ist|msk|jst|st|nd|rd|th|de)$/iu;

/** How databases write a missing date. */
const NO_DATE = /^(0000|0001)-\d\d-\d\d/;

/** Reads the cell of a column that decides whether somebody gets mail. */
export function readDecision(meaning: Meaning, cell: string, words: FileWords): Decision {
  switch (meaning) {
    case 'status':
      return readPositive(cell, words, { yes: 'active', no: 'unsubscribed', nothing: 'silent' });
    case 'newsletter':
      return readPositive(cell, words, { yes: 'active', no: 'unsubscribed', nothing: 'silent' });
    case 'consent':
    case 'subscribed':
      return readPositive(
        cell,
        words,
        { yes: 'active', no: 'unsubscribed', nothing: 'unsubscribed' },
        'active',
      );
    case 'confirmed':
      return readPositive(
        cell,
        words,
        { yes: 'active', no: 'pending', nothing: 'silent' },
        'active',
      );
    case 'receives':
      return readReceives(cell, words);
    case 'unsubscribed':
    case 'bounced':
    case 'complained':
      return readEnd(meaning, cell, words);
    case 'unsubscribe-reason':
      return readReason(cell, words);
    case 'tags':
      return readTags(cell);
    case 'consent-at':
      return readConsentTime(cell, words);
    default:
      return 'neutral';
  }
}

/** Whether `text` looks like a date in any format that programs write. */
export function isDate(text: string): boolean {
  if (NO_DATE.test(text) || !DATE.test(text)) return false;
  return (text.match(/\p{L}+/gu) ?? []).every((word) => DATE_WORD.test(word));
}

function say(cell: string, words: FileWords): Said | undefined {
  const text = cell.trim().replace(/^([01])\.0+$/, '$1');
  const own = words.get(foldWords(text));
  if (own !== undefined) return own;
  return NO_DATE.test(text) ? 'nothing' : readWord(text);
}

function readPositive(
  cell: string,
  words: FileWords,
  answers: Readonly<Record<'yes' | 'no' | 'nothing', Decision>>,
  date: Decision = 'unclear',
): Decision {
  if (isDate(cell)) return date;
  const said = say(cell, words);
  if (said === undefined) return 'unclear';
  return said === 'yes' || said === 'no' || said === 'nothing' ? answers[said] : said;
}

function readReceives(cell: string, words: FileWords): Decision {
  const said = say(cell, words);
  if (said === 'no' || said === 'nothing') return 'unsubscribed';
  return said === undefined || said === 'yes' ? 'active' : said;
}

/** Reads a column in which a yes or a date means `status`. */
function readEnd(status: SubscriptionStatus, cell: string, words: FileWords): Decision {
  if (cell === '') return words.get('') ?? 'neutral';
  if (isDate(cell)) return status;
  const said = say(cell, words);
  if (said === undefined) return 'unclear';
  if (said === 'yes') return status;
  if (said === 'no' || said === 'nothing' || said === 'active') return 'neutral';
  // "bounced: spam" is a bounce, and so is "unsubscribed: hard bounce".
  return said === 'unsubscribed' ? status : said;
}

function readReason(cell: string, words: FileWords): Decision {
  const said = say(cell, words);
  if (said === 'no' || said === 'nothing') return 'neutral';
  return said === 'bounced' || said === 'complained' ? said : 'unsubscribed';
}

function readTags(cell: string): Decision {
  const found = cell.split(/[,;|]/).map((tag) => readDeparture(tag.trim()));
  return found.find((status) => status !== undefined) ?? 'neutral';
}

/** A date or a yes is only evidence of consent. Other columns say whether the person left later. */
function readConsentTime(cell: string, words: FileWords): Decision {
  if (isDate(cell)) return 'neutral';
  const said = say(cell, words);
  if (said === 'yes' || said === 'active') return 'neutral';
  if (said === 'no') return 'unsubscribed';
  return said !== undefined && said !== 'nothing' && (hasLeft(said) || said === 'pending')
    ? said
    : 'silent';
}
