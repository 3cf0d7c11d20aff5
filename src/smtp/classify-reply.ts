import type { Reply } from '../model/delivery.ts';
import type { ReplyClass } from './outcome.ts';

/** What the relay was replying to (RFC 5321 §3); `dot` is the end of the message. */
export type SmtpPhase = 'connect' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/**
 * The last reply of a session as code, enhanced code (RFC 2034) and one line of text. `raw` may
 * have several lines (`250-...`), and any bytes: control characters are taken out, and what is
 * longer than a line of a table is cut.
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
    ...(enhancedCode === undefined ? {} : { enhancedCode }),
    text: text.length > 500 ? `${text.slice(0, 499)}…` : text,
  };
}

/**
 * Whose fault a refusal (4xx, 5xx) in `phase` is: by RFC 3463's enhanced code where there is one,
 * else by the basic code and the phase. Refusals before a recipient is named are the relay's or
 * our account's: they would meet everyone.
 */
export function classifyReply(reply: Reply, phase: SmtpPhase): ReplyClass {
  if (phase === 'connect' || phase === 'tls' || phase === 'auth') return 'relay';
  // 530: log in first; 535: wrong name or password; 500-504: it does not speak as we do.
  if ([530, 534, 535, 538, 500, 502, 503, 504].includes(reply.code)) return 'relay';
  // 421 closes the session, it says nothing of the mailbox.
  if (reply.code === 421) return 'slowDown';
  const [, subject, detail] = (reply.enhancedCode ?? '').split('.').map(Number);
  if (phase === 'mail') return classifySenderReply(reply, subject);
  if (asksToLogIn(reply, phase)) return 'relay';
  switch (subject) {
    case undefined:
      return classifyBasicCode(reply.code, phase);
    case 1:
      // x.1.7 and x.1.8 speak of the sender's address.
      if (detail === 7 || detail === 8) return 'relay';
      return reply.code < 500 ? 'slowDown' : 'noSuchAddress';
    case 2:
    case 4:
      return 'mailboxTrouble';
    default:
      return reply.code < 500 ? 'slowDown' : 'policy';
  }
}

/** After MAIL the reply is about us, save that it may ask for a slower pace. */
function classifySenderReply(reply: Reply, subject: number | undefined): ReplyClass {
  // x.6.7: the relay can't take the characters of this one recipient (RFC 6531 §3.5).
  if (subject === 6) return 'policy';
  return reply.code < 500 && (subject === 7 || subject === undefined) ? 'slowDown' : 'relay';
}

/** 550 5.7.1 and the like when a relay does not know us: worded so by Postfix, Exim, Exchange, qmail. */
function asksToLogIn(reply: Reply, phase: SmtpPhase): boolean {
  return (
    phase === 'rcpt' &&
    reply.code >= 500 &&
    /\brelay(ing)?\b.*\b(denied|not permitted|not allowed|prohibited)|unable to relay|not permitted to relay|authentication (is )?required|sender address rejected: not (owned|logged in)|rcpthosts/i.test(
      reply.text,
    )
  );
}

function classifyBasicCode(code: number, phase: SmtpPhase): ReplyClass {
  if (code === 452 || code === 552)
    return phase === 'rcpt' ? 'mailboxTrouble' : code < 500 ? 'slowDown' : 'policy';
  if (code < 500) return 'slowDown';
  return phase === 'rcpt' && [501, 550, 551, 553, 556].includes(code) ? 'noSuchAddress' : 'policy';
}
