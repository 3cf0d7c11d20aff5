import type { SubscriptionStatus } from '../../../database/states.ts';
import { topicsOf } from './column-words.ts';
import { foldWords } from './fold-words.ts';

/** The meaning of a word from any program or language: yes, no, nothing, or a subscription status. */
export type Said = SubscriptionStatus | 'yes' | 'no' | 'nothing';

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

const WORDS: ReadonlyMap<string, Said> = new Map<string, Said>([
  ...NO.split(' ').map((word) => [foldWords(word), 'no'] as const),
  ...YES.split(' ').map((word) => [foldWords(word), 'yes'] as const),
  ...Object.entries(PHRASES).flatMap(([status, text]) =>
    text.split(',').map((phrase) => [foldWords(phrase), status as SubscriptionStatus] as const),
  ),
  ...NOTHING.split(' ').map((word) => [foldWords(word), 'nothing'] as const),
  ['', 'nothing'],
]);

/** A longer text is a sentence that mentions a word, not an answer. */
const LONGEST_ANSWER = 60;

/** The meaning of a cell. Undefined if it is unclear, for example "implied" or "unknown". */
export function readWord(text: string): Said | undefined {
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
    const agrees = (['consent', 'subscribe', 'accept', 'active'] as const).some((topic) =>
      topics.has(topic),
    );
    return agrees && !topics.has('leave') && !topics.has('block') ? 'unsubscribed' : undefined;
  }
  if (topics.has('complaint')) return 'complained';
  if (topics.has('bounce')) return 'bounced';
  return (['leave', 'block', 'gone'] as const).some((topic) => topics.has(topic))
    ? 'unsubscribed'
    : undefined;
}

/**
 * Phrases that can only mean a departure, even in a column about something else. An order may be
 * "cancelled", a company may be called "Archive", and a note may say "left".
 */
const CERTAIN: ReadonlyMap<string, SubscriptionStatus> = new Map(
  [...WORDS].flatMap(([phrase, said]) =>
    (said === 'unsubscribed' || said === 'bounced' || said === 'complained') && isCertain(phrase)
      ? [[phrase, said] as const, [phrase.replaceAll(' ', ''), said] as const]
      : [],
  ),
);

function isCertain(phrase: string): boolean {
  const { topics } = topicsOf(phrase);
  if (topics.has('unwanted')) return topics.has('subscribe') || topics.has('consent');
  if (/^(do not|suppressed|blacklisted|blocklisted)/.test(phrase)) return true;
  return topics.has('leave') || topics.has('bounce') || topics.has('complaint');
}
