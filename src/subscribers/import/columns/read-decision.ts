import type { SubscriptionStatus } from '../../../database/states.ts';
import { hasLeft } from '../../subscriber.ts';
import { hasTopic, topicsOf } from './column-words.ts';
import { byWord, foldWords } from './fold-words.ts';
import type { Meaning } from './meanings.ts';

/**
 * What a cell says about a person: their subscription status. `neutral`: nothing against them. `silent`:
 * nothing, but the cell should say something. `unclear`: not understood.
 */
export type Decision = SubscriptionStatus | 'neutral' | 'silent' | 'unclear';

/** The meanings of words in this file, by `foldWords`. The user's choice comes first. */
export type FileWords = ReadonlyMap<string, SubscriptionStatus>;

/** What a cell says in itself, whatever its column: a word from any program or language, or a date. */
type Answer = SubscriptionStatus | 'yes' | 'no' | 'nothing' | 'date' | 'unknown';

/**
 * What an answer means in each column that decides whether somebody gets mail. A status that is not listed
 * means itself. Any other answer that is not listed is unclear.
 */
const ANSWERS: Partial<Record<Meaning, Partial<Record<Answer, Decision>>>> = {
  status: { yes: 'active', no: 'unsubscribed', nothing: 'silent' },
  newsletter: { yes: 'active', no: 'unsubscribed', nothing: 'silent' },
  consent: { date: 'active', yes: 'active', no: 'unsubscribed', nothing: 'unsubscribed' },
  subscribed: { date: 'active', yes: 'active', no: 'unsubscribed', nothing: 'unsubscribed' },
  confirmed: { date: 'active', yes: 'active', no: 'pending', nothing: 'silent' },
  receives: {
    date: 'active',
    yes: 'active',
    unknown: 'active',
    no: 'unsubscribed',
    nothing: 'unsubscribed',
  },
  unsubscribed: endAnswers('unsubscribed'),
  bounced: endAnswers('bounced'),
  complained: endAnswers('complained'),
  'unsubscribe-reason': {
    ...{ no: 'neutral', nothing: 'neutral', active: 'unsubscribed', pending: 'unsubscribed' },
    ...{ date: 'unsubscribed', yes: 'unsubscribed', unknown: 'unsubscribed' },
  },
  // A date or a yes is only evidence of consent. Other columns say whether the person left later.
  'consent-at': {
    ...{ date: 'neutral', yes: 'neutral', active: 'neutral' },
    ...{ no: 'unsubscribed', nothing: 'silent', unknown: 'silent' },
  },
};

/** For a column in which a yes or a date means `status`. */
function endAnswers(status: SubscriptionStatus): Partial<Record<Answer, Decision>> {
  return {
    ...{ date: status, yes: status, no: 'neutral', nothing: 'neutral', active: 'neutral' },
    // "bounced: spam" is a bounce, and so is "unsubscribed: hard bounce".
    unsubscribed: status,
  };
}

/** Whether a column with this meaning decides whether a person gets mail. */
export function isDeciding(meaning: Meaning): boolean {
  return meaning === 'tags' || meaning in ANSWERS;
}

/** Reads the cell of a column that decides whether somebody gets mail. */
export function readDecision(meaning: Meaning, cell: string, words: FileWords): Decision {
  if (meaning === 'tags') return readTags(cell);
  const answers = ANSWERS[meaning];
  if (answers === undefined) return 'neutral';
  // In a column such as "bounced", a status that the user gave to empty cells counts as it is.
  if (cell === '' && isStatus(meaning)) return words.get('') ?? 'neutral';
  const answer = isDate(cell) ? 'date' : readAnswer(cell, words);
  return answers[answer] ?? (isStatus(answer) ? answer : 'unclear');
}

function readAnswer(cell: string, words: FileWords): Answer {
  const text = cell.trim().replace(/^([01])\.0+$/, '$1');
  const own = words.get(foldWords(text));
  if (own !== undefined) return own;
  return NO_DATE.test(text) ? 'nothing' : (readWord(text) ?? 'unknown');
}

function isStatus(word: Answer | Meaning): word is SubscriptionStatus {
  return Object.hasOwn(PHRASES, word);
}

function readTags(cell: string): Decision {
  const found = cell.split(/[,;|]/).map((tag) => readDeparture(tag.trim()));
  return found.find((status) => status !== undefined) ?? 'neutral';
}

/** The stricter of the two. If one place says that a person left, they get no mail. */
export function stricterStatus(
  one: SubscriptionStatus,
  other: SubscriptionStatus,
): SubscriptionStatus {
  return STRICTNESS.indexOf(other) > STRICTNESS.indexOf(one) ? other : one;
}

/** From mild to strict. `complained` is as strict as the departures before it, but says more. */
const STRICTNESS: readonly SubscriptionStatus[] = [
  'active',
  'paused',
  'pending',
  'unsubscribed',
  'bounced',
  'complained',
];

/** A date with a year, or Unix seconds or milliseconds. */
const DATE =
  /(?:^|\D)(?:19|20)\d\d[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:(?:19|20)\d\d|\d\d)(?:\D|$)|\p{L}{3}.*(?:19|20)\d\d|^(?:19|20)\d{6}$|^1\d{9}(?:\d{3})?$/u;

/** The words in a date: months, weekdays, zones. With any other word, the text is a sentence. */
const DATE_WORD =
  /^(?:(?:jan|feb|f[eé]v|mar|m[aä]r|apr|avr|abr|ma[iyj]|jui?n|jui?l|giu|lug|aug|ao[uû]|ago|set|sep|o[ck]t|ott|nov|de[czs]|d[eé]c|dic|ene|gen|mon|tue|wed|thu|fri|sat|sun)\p{L}*|[tz]|am|pm|utc|gmt|bst|ces?t|ees?t|wes?t|[ecmp][sd]t|ist|msk|jst|st|nd|rd|th|de)$/iu;

/** How databases write a missing date. */
const NO_DATE = /^(0000|0001)-\d\d-\d\d/;

/** Whether `text` looks like a date in any format that programs write. */
export function isDate(text: string): boolean {
  if (NO_DATE.test(text) || !DATE.test(text)) return false;
  return (text.match(/\p{L}+/gu) ?? []).every((word) => DATE_WORD.test(word));
}

const NOTHING = '- null none nil n/a na nan (null) (none) (empty)';

const YES =
  'yes y true t 1 on x ✓ ✔ ☑ ja j wahr oui o vrai si s verdadero verdadera vero sim verdadeiro tak prawda sann sandt نعم صح صحيح да';

const NO =
  'no n false f 0 off nein falsch non faux falso falsa nao nee onwaar nie falsz nej nei falskt falsk ✗ ✘ ☐ لا خطا خطأ нет';

/** Certain words and phrases, separated by commas. All others are unclear. */
const PHRASES: Readonly<Record<SubscriptionStatus, string>> = {
  active: `active, subscribed, confirmed, enabled, regular, premium, opted in, opt in, optin, opted-in, double opt in, single opt in,
    explicit, express, explicit consent, express consent, granted, given, agreed, accepted, allowed, permitted, consented,
    aktiv, abonniert, angemeldet, eingetragen, bestätigt, erteilt, zugestimmt, eingewilligt, erlaubt, abonnent,
    actif, abonné, abonnée, inscrit, inscrite, confirmé, confirmée, accepté, acceptée, accordé, donné,
    activo, activa, suscrito, suscrita, suscripto, suscriptor, inscrito, inscrita, confirmado, confirmada, aceptado, concedido,
    attivo, attiva, iscritto, iscritta, confermato, confermata, accettato, concesso,
    actief, ingeschreven, aangemeld, geabonneerd, bevestigd, akkoord, ativo, ativa, assinante, aceito,
    aktywny, aktywna, zapisany, zapisana, potwierdzony, potwierdzona, prenumererar, prenumerant, anmäld, bekräftad, godkänd,
    tilmeldt, abonnerer, bekræftet, påmeldt, نشط, مشترك, مشتركة, مفعل, مؤكد, موافق, активен, активный, подписан`,
  pending: `pending, unconfirmed, unactivated, awaiting confirmation, pending confirmation, confirmation pending, awaiting, waiting,
    requested, invited, not confirmed, confirmation sent, validating, not verified,
    ausstehend, unbestätigt, nicht bestätigt, wartend, en attente, non confirmé, pendiente, sin confirmar, no confirmado,
    in attesa, non confermato, in afwachting, onbevestigd, niet bevestigd, pendente, não confirmado,
    oczekujący, oczekuje, niepotwierdzony, väntande, obekräftad, afventer, ubekræftet, معلق, قيد الانتظار, غير مؤكد`,
  paused: `paused, pausiert, en pause, pausado, pausada, in pausa, gepauzeerd, wstrzymany, pausad, موقوف مؤقتا`,
  unsubscribed: `unsubscribed, unsubscribe, unsub, opted out, opt out, optout, opted-out, not opted in, left, removed, deleted, archived,
    inactive, disabled, deactivated, cancelled, canceled, suppressed, user suppressed, blocked, blocklisted, blacklisted, banned, excluded, redacted,
    never subscribed, not subscribed, nonsubscribed, non subscribed, nonsubscriber, non subscriber, unsubscribed by admin, no permission, no permission set,
    no consent, not set, not given, denied, refused, declined, rejected, revoked, withdrawn, objected, transactional, transactional only,
    do not contact, do not email, do not mail, dnc, churned, expired,
    abgemeldet, ausgetragen, abbestellt, gekündigt, nicht angemeldet, nicht abonniert, inaktiv, gesperrt, gelöscht, widerrufen, abgelehnt, widersprochen,
    désabonné, désabonnée, désinscrit, désinscrite, non abonné, inactif, inactive, bloqué, supprimé, résilié, refusé,
    baja, de baja, dado de baja, no suscrito, cancelado, inactivo, bloqueado, eliminado, rechazado, desuscrito,
    disiscritto, non iscritto, annullato, inattivo, bloccato, eliminato, rifiutato, cancellato,
    uitgeschreven, afgemeld, niet ingeschreven, opgezegd, inactief, geblokkeerd, verwijderd, geweigerd,
    descadastrado, não inscrito, inativo, excluído, recusado, wypisany, wypisana, nieaktywny, zablokowany, usunięty,
    avregistrerad, avprenumererad, avanmäld, inaktiv, blockerad, borttagen, nekad, afmeldt, frameldt, avmeldt, blokeret, slettet,
    ملغى, ملغي, غير مشترك, غير موافق, محظور, محذوف, غير نشط, отписан, неактивен, заблокирован, удален`,
  bounced: `bounced, bounce, hard bounce, hard bounced, hard, soft bounced, cleaned, undeliverable, unreachable, undelivered, invalid, invalid email,
    permanent, unzustellbar, ungültig, bereinigt, rebotado, rebond, invalide, inválido, rimbalzato, onbestelbaar, ongeldig,
    devolvido, nieprawidłowy, odbity, studsad, ogiltig, ugyldig, مرتد, غير صالح`,
  complained: `complained, complaint, spam, spam complaint, spam complained, marked as spam, reported as spam, reported spam, abuse, abuse complaint,
    beschwerde, plainte, queja, denunciado, reclamo, segnalato, klacht, reclamação, skarga, شكوى, مزعج`,
};

const WORDS = new Map<string, Exclude<Answer, 'date' | 'unknown'>>([
  ...NO.split(' ').map((word) => [foldWords(word), 'no'] as const),
  ...YES.split(' ').map((word) => [foldWords(word), 'yes'] as const),
  ...[...byWord(PHRASES)].map(([phrase, status]) => [foldWords(phrase), status] as const),
  ...NOTHING.split(' ').map((word) => [foldWords(word), 'nothing'] as const),
  ['', 'nothing'],
]);

/** A longer text is a sentence that mentions a word, not an answer. */
const LONGEST_ANSWER = 60;

/** The meaning of a cell. Undefined if it is unclear, for example "implied" or "unknown". */
export function readWord(text: string): Answer | undefined {
  return WORDS.get(foldWords(text)) ?? readByTopics(text);
}

/**
 * The status of a person who left, if a cell of any column says so with certainty. Fast, because it
 * checks every cell that nothing else reads.
 */
export function readDeparture(text: string): SubscriptionStatus | undefined {
  // Most cells are numbers and dates. They sort before the letters.
  if (text.length < 5 || text.length > LONGEST_ANSWER || text < 'A') return undefined;
  const plain = text.toLowerCase().replace(/[\s_-]+/g, ' ');
  return CERTAIN.get(/[^\0-\x7f]/.test(plain) ? foldWords(plain) : plain);
}

/** Reads forms of the words in the table: `Désabonnés`, `wypisani`, `Unsubscribed by link`. */
function readByTopics(text: string): SubscriptionStatus | undefined {
  if (text.length > LONGEST_ANSWER) return undefined;
  const { topics, hasUnknownWords } = topicsOf(text);
  if (topics.has('unwanted')) {
    if (topics.has('confirm')) return hasUnknownWords ? undefined : 'pending';
    // "nicht erteilt": the opposite of a known word.
    if (WORDS.get(foldWords(text).replace(/^\S+ /, '')) === 'active') return 'unsubscribed';
    if (hasUnknownWords) return undefined;
    const agrees = hasTopic(topics, 'consent', 'subscribe', 'accept', 'active');
    return agrees && !hasTopic(topics, 'leave', 'block') ? 'unsubscribed' : undefined;
  }
  if (topics.has('complaint')) return 'complained';
  if (topics.has('bounce')) return 'bounced';
  return hasTopic(topics, 'leave', 'block', 'gone') ? 'unsubscribed' : undefined;
}

/**
 * Phrases that can only mean a departure, even in a column about something else. An order may be
 * "cancelled", a company may be called "Archive", and a note may say "left".
 */
const CERTAIN: ReadonlyMap<string, SubscriptionStatus> = new Map(
  [...WORDS].flatMap(([phrase, answer]) =>
    isStatus(answer) && hasLeft(answer) && isCertain(phrase)
      ? [[phrase, answer] as const, [phrase.replaceAll(' ', ''), answer] as const]
      : [],
  ),
);

function isCertain(phrase: string): boolean {
  const { topics } = topicsOf(phrase);
  if (topics.has('unwanted')) return hasTopic(topics, 'subscribe', 'consent');
  if (/^(do not|suppressed|blacklisted|blocklisted)/.test(phrase)) return true;
  return hasTopic(topics, 'leave', 'bounce', 'complaint');
}
