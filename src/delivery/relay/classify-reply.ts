import type { Reply } from '../delivery.ts';
import type { ReplyClass } from '../refusals.ts';
import type { RelayLimit } from './relay.ts';
import { REPLY_TABLE, type ReplyRow, type SmtpPhase } from './reply-table.ts';

/**
 * The last reply of a session as code, enhanced code (RFC 2034) and one line of text. `raw` may
 * have several lines (`250-...`), and any bytes: control characters are removed, and text longer
 * than a line of a table is cut.
 */
export function parseReply(raw: string): Reply {
  const lines = raw.split(/\r?\n/).filter((line) => line.trim() !== '');
  const code = Number(/^\d{3}/.exec(lines.at(-1) ?? '')?.[0] ?? 0);
  const texts = lines.map((line) => line.replace(/^\d{3}[ -]?/, ''));
  const enhancedCode = /^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)/.exec(texts[0] ?? '')?.[0];
  const text = texts
    .map((line) =>
      enhancedCode !== undefined && line.startsWith(enhancedCode)
        ? line.slice(enhancedCode.length)
        : line,
    )
    .map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Cs}\uFFFE\uFFFF]/gu, ' ').trim())
    .join(' ');
  return {
    code,
    ...(enhancedCode !== undefined && { enhancedCode }),
    text: text.length > 500 ? `${text.slice(0, 499)}…` : text,
  };
}

/** Before the sender is named: the connection, the greeting, TLS, the login. */
const OPENING: readonly SmtpPhase[] = ['connect', 'tls', 'auth'];
const QUOTAS: readonly string[] = ['hourlyQuota', 'dailyQuota'];
const LIMITS: readonly string[] = [...QUOTAS, 'pace', 'connections', 'session'];

/** Whether a reply means that a limit of our account is reached. */
export function isLimit(kind: ReplyClass | RelayLimit): kind is RelayLimit {
  return LIMITS.includes(kind);
}

/**
 * What a refusal (4xx, 5xx) in `phase` is about: by its words (`REPLY_TABLE`), else by RFC 3463's
 * enhanced code if there is one, else by the basic code and the phase. Refusals before a recipient
 * is named are about the relay or our account: they would affect everyone.
 */
export function classifyReply(reply: Reply, phase: SmtpPhase): ReplyClass | RelayLimit {
  const row = findReplyRow(reply, phase);
  if (row !== undefined) return row.class;
  if (OPENING.includes(phase)) return 'relay';
  // 530: log in first; 535: wrong name or password; 500-504: it does not understand our commands.
  if ([530, 534, 535, 538, 500, 502, 503, 504].includes(reply.code)) return 'relay';
  // 421 closes the session; it says nothing about the mailbox.
  if (reply.code === 421) return 'slowDown';
  const [, subject, detail] = (reply.enhancedCode ?? '').split('.').map(Number);
  if (phase === 'mail') return classifySenderReply(reply, subject);
  switch (subject) {
    case undefined:
      return classifyBasicCode(reply.code, phase);
    case 1:
      if (reply.code < 500) return 'slowDown';
      return ADDRESS_DETAILS.includes(detail ?? 0) ? 'noSuchAddress' : 'unclear';
    case 2:
    case 4:
      return 'mailboxTrouble';
    default:
      return reply.code < 500 ? 'slowDown' : 'policy';
  }
}

/** The first row of `REPLY_TABLE` that matches a reply in `phase`; undefined if there is none. */
export function findReplyRow(
  { code, enhancedCode = '', text }: Reply,
  phase: SmtpPhase,
): ReplyRow | undefined {
  return REPLY_TABLE.find((row) => {
    const phases = row.phases ?? (QUOTAS.includes(row.class) ? undefined : AFTER_OPENING);
    return (
      (phases === undefined || phases.includes(phase)) &&
      (row.code === undefined || String(code).startsWith(row.code)) &&
      (row.enhanced === undefined || row.enhanced.includes(enhancedCode.slice(2))) &&
      (row.words === undefined || row.words.test(text))
    );
  });
}

const AFTER_OPENING: readonly SmtpPhase[] = ['mail', 'rcpt', 'data', 'dot'];

/** The details of x.1.x about the recipient's address (RFC 3463 §3.2; 10: RFC 7505 and Exchange). */
const ADDRESS_DETAILS: readonly number[] = [1, 2, 3, 6, 10];

/** After MAIL the reply is about us, or it asks for a slower pace. */
function classifySenderReply(reply: Reply, subject: number | undefined): ReplyClass {
  // x.6.7: the relay can't accept the characters of this one recipient (RFC 6531 §3.5).
  if (subject === 6) return 'policy';
  return reply.code < 500 && (subject === 7 || subject === undefined) ? 'slowDown' : 'relay';
}

function classifyBasicCode(code: number, phase: SmtpPhase): ReplyClass {
  if (code === 452 || code === 552)
    return phase === 'rcpt' ? 'mailboxTrouble' : code < 500 ? 'slowDown' : 'policy';
  if (code < 500) return 'slowDown';
  if (phase !== 'rcpt') return 'policy';
  // RFC 5321 §3.4: not here; RFC 7504: the domain accepts no mail.
  if (code === 551 || code === 556) return 'noSuchAddress';
  return [501, 550, 553].includes(code) ? 'unclear' : 'policy';
}

const GREYLISTING = /gr[ae]y[- ]?list/i;

/** Whether a reply is greylisting: it defers every sender's first message (RFC 6647). */
export function isGreylisting({ text }: Reply): boolean {
  return GREYLISTING.test(text);
}

/** Words with which relays ask for less or slower mail. */
const PACE =
  /\b(rate|rate-?limit\w*|limit(s|ed|ing)?|too (many|much|fast|quick\w*|frequent\w*)|slow\w*|reduce|throttl\w*|flood\w*|volume|exceed\w*|quota|busy|overload\w*|concurren\w*|simultaneous)\b/i;

/**
 * Whether a reply that defers a message asks for a slower pace: 421, and enhanced codes 4.7.x (RFC
 * 3463 §3.8), as 451 4.7.28. 4.7.0 and 4.7.1 count only if their text mentions the pace: the codes
 * themselves only mean "not authorized", and 451 4.7.1 is the reply of greylisting (RFC 6647 §5),
 * with any text ("Try again later" is rspamd's). Greylisting defers every first message, at any
 * pace. The relay's own trouble (450 4.2.x, 451 4.3.x) does not count either.
 */
export function asksForSlowerPace({ code, enhancedCode, text }: Reply): boolean {
  if (GREYLISTING.test(text)) return false;
  if (code === 421) return true;
  if (code >= 500 || enhancedCode?.startsWith('4.7.') !== true) return false;
  return !['4.7.0', '4.7.1'].includes(enhancedCode) || PACE.test(text);
}
