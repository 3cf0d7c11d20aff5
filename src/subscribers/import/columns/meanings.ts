/** The possible meanings of an import's columns, by the name that `--column NAME=MEANING` takes. */
export const MEANINGS = {
  email: 'the address',
  name: 'the whole name',
  'first-name': 'the first name',
  'last-name': 'the last name',
  newsletter: 'the id of the newsletter, or yes or no',
  status: 'where the subscription stands: active, pending, unsubscribed, ... or yes or no',
  subscribed: 'yes or a date: subscribed; no or nothing: not',
  consent: 'yes or a date: they agreed; no or nothing: they did not',
  receives: 'what they get, in any words; nothing: they get nothing',
  confirmed: 'yes or a date: they confirmed; no: they are to be asked',
  unsubscribed: 'yes or a date: they left, or must not be mailed; no or nothing: not',
  bounced: 'yes or a date: their mailbox takes no mail; no or nothing: it does',
  complained: 'yes or a date: they reported a message as spam; no or nothing: not',
  'unsubscribe-reason': 'anything: they left; nothing: they did not',
  tags: 'several words; one such as "unsubscribed" means that they left',
  'consent-at': 'when they agreed',
  'consent-source': 'where or how they agreed',
  'consent-text': 'the words that they agreed to',
  'consent-ip': 'the IP address that they agreed from; only a keyed hash is kept',
  'consent-ip-hash': 'that hash, in an export of Broadsheet',
  'changed-at': 'since when the status is what it is',
} as const;

export type Meaning = keyof typeof MEANINGS;

export function isMeaning(text: string): text is Meaning {
  return Object.hasOwn(MEANINGS, text);
}
