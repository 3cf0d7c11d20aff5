import type { Reply } from '../../delivery/delivery.ts';
import { parseReply } from '../../delivery/relay/classify-reply.ts';
import { type EmailAddress, parseEmailAddress } from '../../kernel/email-address.ts';
import { type Headers, type ParsedMail, readFields } from './parse-mail.ts';

// What servers write about a message that they could not deliver: the standard report (RFC 3464), and
// the texts of programs that do not write it.

/** What a server says about a message. */
export interface DeliveryReport {
  /** `arrived`: the server delivered it, or passed it on. */
  readonly outcome: 'failed' | 'delayed' | 'arrived';
  readonly reply: Reply;
  readonly recipient?: EmailAddress;
}

/** What a mail says about a message, if it is a report of a server; undefined for any other mail. */
export function readBounce(mail: ParsedMail): DeliveryReport | undefined {
  const status = mail.parts.find(({ type }) => /^message\/(global-)?delivery-status$/.test(type));
  return (status && readStatus(status.text, mail.text)) ?? readText(mail);
}

const ORDER: readonly DeliveryReport['outcome'][] = ['failed', 'delayed', 'arrived'];

/**
 * A delivery status (RFC 3464 §2.3): the worst of its recipients, because we send each message to one,
 * and others are where it was forwarded. `text` is the part for people: some servers write the reason
 * only there.
 */
function readStatus(status: string, text: string): DeliveryReport | undefined {
  const reports = status
    .split(/\n[ \t]*\n/)
    .map(readFields)
    .filter((fields) => fields.has('final-recipient') || fields.has('action'))
    .map((fields) => readRecipient(fields, text));
  return reports.toSorted((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))[0];
}

function readRecipient(fields: Headers, text: string): DeliveryReport {
  const value = (name: string) => fields.get(name)?.[0] ?? '';
  const status = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/.exec(value('status'))?.[0] ?? '';
  const diagnostic = value('diagnostic-code').replace(/^[\w-]+ *;\s*/, '');
  const isVague = diagnostic === '' && /^(|[45]\.0\.0)$/.test(status);
  const [recipient] = [value('original-recipient'), value('final-recipient')].flatMap(addressIn);
  return {
    outcome: outcomeOf(value('action').toLowerCase(), status),
    reply: isVague ? replyIn(reasonIn(text), status) : replyIn(diagnostic, status),
    ...(recipient !== undefined && { recipient }),
  };
}

function outcomeOf(action: string, status: string): DeliveryReport['outcome'] {
  if (action.startsWith('fail')) return 'failed';
  if (action.startsWith('delay')) return 'delayed';
  if (action !== '' || status.startsWith('2')) return 'arrived';
  return status.startsWith('4') ? 'delayed' : 'failed';
}

/** The first lines of programs that write no delivery status, and the end of what they say. */
const PROGRAMS: readonly RegExp[] = [
  // qmail (QSBMF) and its descendants.
  /^Hi\. This is the qmail-send program at/m,
  /^--- Below this line is a copy of the message/m,
  // Exim, GMX and web.de.
  /^This message was created automatically by mail delivery software/m,
  // Yahoo.
  /^Sorry, we were unable to deliver your message to the following address/m,
  // Sendmail before it had reports.
  /^[ \t]*-{5} The following addresses had (permanent fatal errors|transient non-fatal errors) -{5}/m,
  // Exchange, as text; Microsoft's and Google's words for people.
  /^(Your message did not reach some or all of the intended recipients|Delivery has failed to these recipients or groups|Delivery to the following recipients? failed)/m,
];

/** Where a copy of the message begins. It has words of its own. */
const COPY =
  /^(-{2,} *(Below this line|This is a copy|Original message|The header of the original|Returned message|Forwarded message)|Original message headers|Diagnostic information for administrators)/im;

const STILL_TRYING =
  /\b(will (keep|continue) (trying|to try)|(has|have) not yet been delivered|delivery (attempts )?will continue|is still being (tried|attempted)|no action is required on your part|do not need to resend|transient non-fatal errors|warning message only|(has been|is|was) delayed)\b/i;

/** The subject of a report by any other program. An absence note may contain numbers like those of replies. */
const SUBJECT =
  /(undeliver|not delivered|(delivery|mail|message|sending)\b.{0,20}\b(fail|status|problem|error|delayed|notification)|returned (mail|to sender)|failure notice|unzustellbar|nicht zugestellt|non remis|non distribu|no entregad|sin entregar|mancato recapito)/i;

/** A report in words. */
function readText({ headers, text }: ParsedMail): DeliveryReport | undefined {
  const isProgram = headers.has('x-failed-recipients') || PROGRAMS.some((each) => each.test(text));
  const isReport = isFromMailer(headers) && SUBJECT.test(headers.get('subject')?.[0] ?? '');
  if (!isProgram && !isReport) return undefined;
  const said = reasonIn(text);
  const [recipient] = [headers.get('x-failed-recipients')?.[0] ?? '', said].flatMap(addressIn);
  return {
    outcome: STILL_TRYING.test(said) ? 'delayed' : 'failed',
    reply: replyIn(said, ''),
    ...(recipient !== undefined && { recipient }),
  };
}

/** Programs report with an empty sender (RFC 5321 §4.5.5), or by the names that all of them use. */
export function isFromMailer(headers: Headers): boolean {
  const value = (name: string) => headers.get(name)?.join(' ') ?? '';
  // The first is of the server that delivered the mail; others its sender wrote.
  if (/^\s*<\s*>\s*$/.test(headers.get('return-path')?.[0] ?? '')) return true;
  return /\b(mailer-daemon|postmaster|mail delivery (sub)?system|maildelivery)\b/i.test(
    value('from'),
  );
}

/** What the text says before the copy of the message. */
function reasonIn(text: string): string {
  return text.split(COPY, 1)[0]?.slice(0, MOST_SAID) ?? '';
}

const MOST_SAID = 8000;

/** A basic code as servers write it, with an enhanced code or a text after it. */
const CODE = /(?:^|[\s:;(>])([45]\d\d)(?:[ -]|:\s)(?=\s*\S)/;
const ENHANCED = /(?:^|[\s#(:;])([245]\.\d{1,3}\.\d{1,3})(?![\w.])/;

/**
 * The reply in what a server says. Without a basic code, the enhanced code or `status` (RFC 3463) says
 * whether it is final: `550` or `450` stand for it.
 */
export function replyIn(said: string, status: string): Reply {
  const code = CODE.exec(said);
  const start = code === null ? 0 : code.index + code[0].indexOf(code[1] ?? '');
  // Yahoo writes a colon after the code.
  const text =
    code === null ? wordsIn(said) : said.slice(start, start + 1000).replace(/^(\d+):/, '$1');
  const [, found] = ENHANCED.exec(text) ?? [];
  const isExact = status !== '' && !status.endsWith('.0.0');
  const enhancedCode = found ?? (isExact ? status : undefined);
  const isLater = (enhancedCode ?? status).startsWith('4');
  // A reply of several lines is one line here.
  const parsed = parseReply(text.replace(/\s*\n\s*/g, ' '));
  return {
    code: code === null ? (isLater ? 450 : 550) : Number(code[1]),
    ...(enhancedCode !== undefined && { enhancedCode }),
    text: parsed.text,
  };
}

/** What is said about the recipient: the lines after the first address. */
function wordsIn(said: string): string {
  const lines = said.split('\n');
  const at = lines.findIndex((line) => /^\s*<?[^\s<>@]+@[^\s<>@]+>?[:,]?\s*(\(.*)?$/.test(line));
  const about = at < 0 ? lines : lines.slice(at + 1);
  const end = about.findIndex((line, index) => index > 0 && line.trim() === '');
  return (end < 0 ? about : about.slice(0, end)).join(' ').trim().slice(0, 500);
}

/** The first address in a text, as a field (`rfc822; ada@example.org`) or a line has it. */
function addressIn(text: string): EmailAddress[] {
  const [found = ''] = /[^\s<>;:,"()]+@[^\s<>;:,"()]+/.exec(text.slice(0, MOST_SAID)) ?? [];
  const parsed = parseEmailAddress(found);
  return 'address' in parsed ? [parsed.address] : [];
}
