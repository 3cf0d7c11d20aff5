import { type ColumnTopics, hasTopic, type Topic, topicsIn, topicsOf } from './column-words.ts';
import { foldWords, wordsOf } from './fold-words.ts';
import type { Meaning } from './meanings.ts';

/** Names of address columns, without their spaces; the most certain first. Arabic also with the article. */
const ADDRESS_NAMES = wordsOf(
  `email, email address, mail, e mail 1 value,
  email adresse, mailadresse, adresse email, adresse mail, adresse de courriel, courriel, mel,
  adresse electronique, adresse de messagerie, correo, correo electronico, direccion de correo,
  direccion de correo electronico, direccion de email, direccion email, indirizzo email, indirizzo mail,
  indirizzo di posta elettronica, posta elettronica, emailadres, mailadres, endereco de email, endereco email,
  endereco eletronico, correio eletronico, adres email, adres mailowy, poczta elektroniczna, epost, epostadress,
  epostadresse, mail address, primary email, email primary, email 1, contact email, user email, customer email,
  subscriber email, your email, your email address, primary email address, electronic mail, elektronische post,
  sahkoposti, e posta, البريد الالكتروني, بريد الكتروني, عنوان البريد الالكتروني, عنوان بريد الكتروني, البريد, ايميل, الايميل,
  электронная почта, адрес электронной почты, почта, емаил, subscriber, address`,
).map(foldName);

const NAME_PARTS = {
  name: `name, full name, fullname, vollstandiger name, nom complet, nombre completo, nome completo, nome e cognome,
    volledige naam, naam, imie i nazwisko, namn, navn, الاسم, الاسم الكامل, имя`,
  'first-name': `first name, firstname, given name, vorname, prenom, nombre, nome, voornaam, imie, fornamn, fornavn,
    الاسم الاول`,
  'last-name': `last name, lastname, surname, family name, nachname, familienname, nom, nom de famille, apellido,
    apellidos, cognome, achternaam, sobrenome, nazwisko, efternamn, efternavn, etternavn, اسم العائله, الاسم الاخير,
    اللقب, фамилия`,
} as const;

/**
 * The index of the column with the addresses. Undefined if no name in `names` (as `foldWords` writes them)
 * is a known address column.
 */
export function findAddressColumn(names: readonly string[]): number | undefined {
  const folded = names.map(foldName);
  const found = ADDRESS_NAMES.find((name) => folded.includes(name));
  return found === undefined ? undefined : folded.indexOf(found);
}

/** Without spaces: `E-Mail-Adresse`, `Email Adresse` and `Emailadresse` become equal. */
function foldName(name: string): string {
  return foldWords(name).replaceAll(' ', '');
}

/** The part of a person's name in the column, whose name is folded. Undefined if it contains no name. */
export function recogniseNamePart(name: string): Meaning | undefined {
  return (['name', 'first-name', 'last-name'] as const).find((part) =>
    wordsOf(NAME_PARTS[part]).some((some) => foldWords(some) === name),
  );
}

/**
 * The meaning of a column from its name alone. `unused`: nothing important. `other-channel`: about SMS,
 * calls or letters. `unclear`: perhaps people left or did not agree, but not all words are understood.
 */
export type Recognised = Meaning | 'unused' | 'other-channel' | 'unclear';

/** Topics that do not change the meaning of a name. */
const CONTEXT = topicsIn('mail marketing newsletter filler contact subscriber kind');

/** Topics that are never ignored, whatever other topics the name has. */
const STRONG = topicsIn('leave bounce complaint block consent law');

const SENSITIVE = [
  ...STRONG,
  ...topicsIn(
    'gone status confirm subscribe accept valid pause active newsletter marketing subscriber',
  ),
];

/**
 * Each rule has the topics that a name needs (groups, one topic of each is enough), the topics that it
 * may also have besides `CONTEXT`, and its meaning. The first matching rule counts. If no rule matches,
 * the name is unclear.
 */
const RULE_TABLE: readonly (readonly [needs: string, allows: string, says: Recognised])[] = [
  // "Not unsubscribed": a double negative.
  ['unwanted leave|block|gone|bounce|complaint|status|confirm|pause|valid', '', 'unclear'],
  [
    'unwanted consent|subscribe|accept|active|receive|mail|marketing|newsletter|contact',
    '',
    'unsubscribed',
  ],
  ['consent block', 'time status', 'unsubscribed'],
  ['leave|block|gone link', 'subscribe', 'unused'],
  ['leave|block|gone reason|source|text|ip', 'time confirm subscribe status', 'unsubscribe-reason'],
  ['gone active', 'yesno', 'status'],
  ['leave|block|gone', 'time confirm subscribe status yesno lists receive', 'unsubscribed'],
  ['bounce', 'time status yesno', 'bounced'],
  ['complaint', 'time status yesno', 'complained'],
  ['consent|subscribe|confirm ip', 'confirm time', 'consent-ip'],
  ['consent|accept confirm', 'time status subscribe yesno', 'confirmed'],
  ['consent text', 'law', 'consent-text'],
  ['consent time', 'law subscribe accept receive', 'consent-at'],
  ['accept time', 'receive', 'consent-at'],
  ['consent|accept source', 'law subscribe', 'consent-source'],
  ['consent', 'status subscribe yesno accept law receive active', 'consent'],
  ['confirm link|id', 'subscribe', 'unused'],
  ['confirm', 'time status subscribe yesno active', 'confirmed'],
  ['accept', 'receive yesno', 'consent'],
  ['receive mail|marketing|newsletter|contact', 'yesno', 'consent'],
  ['subscribe link|id', '', 'unused'],
  ['subscribe time', '', 'consent-at'],
  ['subscribe source', '', 'consent-source'],
  ['subscribe status', 'yesno active', 'status'],
  ['subscribe', 'yesno', 'subscribed'],
  ['status time', '', 'changed-at'],
  ['status', 'active yesno lists', 'status'],
  ['active', 'yesno', 'status'],
  ['newsletter|marketing yesno', '', 'consent'],
  ['newsletter|marketing source|count|link', '', 'unused'],
  ['newsletter', 'id', 'newsletter'],
  ['marketing', '', 'unclear'],
  ['subscriber kind', '', 'status'],
  ['subscriber', '', 'subscribed'],
];

const RULES = RULE_TABLE.map(([needs, allows, says]) => ({
  groups: needs.split(' ').map(topicsIn),
  named: new Set([...topicsIn(needs), ...topicsIn(allows), ...CONTEXT]),
  says,
}));

/** Letters of scripts that `column-words.ts` does not cover. */
const FOREIGN =
  /(?!\p{Script=Latin}|\p{Script=Arabic}|\p{Script=Cyrillic}|\p{Script=Common})\p{L}/u;

/** The meaning of a column's name, in any of the languages of `column-words.ts`. */
export function recogniseColumn(name: string): Recognised {
  if (FOREIGN.test(name)) return 'unclear';
  const found = topicsOf(name);
  const { topics, hasUnknownWords } = found;
  if (!isSensitive(found)) return isTags(found) ? 'tags' : 'unused';
  if (topics.has('channel') && !topics.has('mail')) return 'other-channel';
  if (!hasTopic(topics, ...STRONG)) {
    if (topics.has('elsewhere')) return 'unused';
    if (topics.has('active') && topics.has('recent')) return 'unused';
  }
  if (hasUnknownWords) return 'unclear';
  const rule = RULES.find(
    ({ groups, named }) =>
      groups.every((group) => hasTopic(topics, ...group)) && topics.isSubsetOf(named),
  );
  return rule?.says ?? 'unclear';
}

function isSensitive({ topics, hasUnknownWords }: ColumnTopics): boolean {
  const has = (...some: readonly Topic[]) => hasTopic(topics, ...some);
  const sensitive = SENSITIVE.filter((topic) => topics.has(topic));
  if (topics.has('receive') && has('mail', 'marketing', 'newsletter', 'contact')) {
    return !has('recent');
  }
  if (topics.has('preference') && has('mail', 'contact', 'marketing')) return true;
  if (topics.has('unwanted') && has('mail', 'contact', 'marketing', 'receive')) return true;
  // "Subscriber country" and "Marketing channel" have another topic.
  if (sensitive.every((topic) => topic === 'subscriber' || topic === 'marketing')) {
    const rest = [...topics].filter((topic) => !CONTEXT.includes(topic) && topic !== 'yesno');
    return sensitive.length > 0 && rest.length === 0 && !hasUnknownWords;
  }
  return true;
}

/** Lists, groups, tags: people write there what they know about a person. */
function isTags({ topics, hasUnknownWords }: ColumnTopics): boolean {
  return topics.has('lists') && !hasUnknownWords && !hasTopic(topics, 'elsewhere', 'count', 'id');
}
