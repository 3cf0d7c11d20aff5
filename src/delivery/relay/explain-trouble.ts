import type { Reply } from '../delivery.ts';
import { TokenError } from './access-tokens.ts';
import { classifyReply, findReplyRow, isLimit, parseReply } from './classify-reply.ts';
import type { Outcome } from './relay.ts';
import { NAME_REMEDY, type SmtpPhase } from './reply-table.ts';

/** The properties of nodemailer's errors that we use. */
export interface SmtpError extends Error {
  readonly code?: string | undefined;
  /** The system's code, if nodemailer replaced it with its own. */
  readonly originalCode?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
}

/** The outcome if a connection could not be opened: a quota of our account, or the relay's trouble. */
export function explainOpening(
  error: SmtpError,
): Extract<Outcome, { kind: 'relayTrouble' | 'limited' }> {
  const reply = parseReply(error.response ?? '');
  const limit = reply.code < 400 ? undefined : classifyReply(reply, 'auth');
  if (limit !== undefined && isLimit(limit)) return { kind: 'limited', limit, reply };
  return { kind: 'relayTrouble', reply: explainTrouble(error) };
}

/**
 * A relay's trouble as a reply. Its text is a phrase after the relay's name, as `does not answer`,
 * with what the publisher can do about it, if that is known.
 */
export function explainTrouble(error: SmtpError, phase: SmtpPhase = 'connect'): Reply {
  const reply = error.response === undefined ? undefined : parseReply(error.response);
  if (reply !== undefined && reply.code > 0) {
    const enhanced = reply.enhancedCode === undefined ? '' : ` ${reply.enhancedCode}`;
    const said = `${reply.code}${enhanced} ${reply.text}`;
    const remedy = isGreeting(error)
      ? `if it is our name that it refuses, ${NAME_REMEDY}`
      : (findReplyRow(reply, phase)?.remedy ?? (isTokenRefused(error) ? TOKEN_REMEDY : undefined));
    const advice = remedy === undefined ? '' : `; ${remedy}`;
    return { ...reply, text: `${refusalOf(error, reply.code)}: ${said}${advice}` };
  }
  return { code: 0, text: explainBreak(error) };
}

function isGreeting({ command = '' }: SmtpError): boolean {
  return ['EHLO', 'HELO', 'LHLO'].includes(command);
}

function refusalOf(error: SmtpError, code: number): string {
  if (isGreeting(error)) return 'refuses our greeting (EHLO)';
  if (error.code !== 'EAUTH') return 'refuses to work';
  // RFC 4954 §6: a temporary reply is not about the password.
  if (code < 500) return 'accepts no logins now';
  return isTokenLogin(error) ? 'refuses the access token' : 'refuses the name and password';
}

/** Whether the relay refused an access token, perhaps because it has ended. */
export function isTokenRefused(error: SmtpError): boolean {
  return isTokenLogin(error) && error.responseCode === 535;
}

function isTokenLogin({ command }: SmtpError): boolean {
  return command === 'AUTH XOAUTH2';
}

const TOKEN_REMEDY =
  'check oauth.user, and that the application may send as that mailbox (docs/relays.md)';

function explainBreak(error: SmtpError): string {
  if (error instanceof TokenError) return `gets no login: ${plain(error.message)}`;
  const systemCode = error.originalCode ?? error.code;
  if (systemCode === 'ECONNREFUSED') return 'refuses the connection';
  if (error.code === 'EDNS') return 'is a host that is not known';
  if (error.code === 'ETIMEDOUT' || systemCode === 'ETIMEDOUT') return 'does not answer';
  if (
    error.code === 'ETLS' ||
    /certificate|\btls\b|\bssl\b|ALTNAME|CERT/i.test(`${systemCode} ${error.message}`)
  ) {
    return `has trouble with TLS: ${plain(error.message)}${remedyOf(error)}`;
  }
  const [, most] = /^Message size larger than allowed (\d+)/.exec(error.message) ?? [];
  if (most !== undefined) return `takes no message of more than ${most} bytes`;
  if (error.code === 'EAUTH') return `can't be logged in to: ${plain(error.message)}`;
  if (error.code === 'ECONNECTION' || error.code === 'ESOCKET') return 'closed the connection';
  return `does not speak SMTP as it should: ${plain(error.message)}`;
}

/** If you run your own certificate authority, you have to configure it in Node. */
function remedyOf({ message }: SmtpError): string {
  if (!/self.signed|unable to (verify|get)|unknown ca/i.test(message)) return '';
  return ' (for an authority of your own, name the file of its certificate in NODE_EXTRA_CA_CERTS)';
}

function plain(message: string): string {
  // OpenSSL names its own source files, and numbers that are different each time.
  const [, reason] = /:SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  // Leave out Node's advice: it is for people who start Node by hand.
  const fact = (reason ?? message).split('; if the root CA')[0] ?? '';
  return fact.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 400);
}
