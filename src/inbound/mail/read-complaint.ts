import { type EmailAddress, parseEmailAddress } from '../../kernel/email-address.ts';
import { type ParsedMail, readFields, readHeaders } from './parse-mail.ts';

/** A report that a reader called a message spam. */
export interface ComplaintReport {
  /** The address, if the provider names it. Most hide it. */
  readonly recipient?: EmailAddress;
}

/** Feedback-Type (RFC 5965 §7.3, and what Yahoo and others write) of reports that readers cause. */
const BY_READERS = /^(abuse|fraud|virus|miscategorized|other|opt-out|opt-out-list|complaint)$/i;

/**
 * The complaint in a mail: ARF (RFC 5965), which Yahoo sends as well, or Microsoft's form (JMRP), the
 * message as an attachment with a header of theirs. Undefined for any other mail, also for reports about
 * authentication (RFC 6591), and that a message is not spam.
 */
export function readComplaint({ headers, parts }: ParsedMail): ComplaintReport | undefined {
  const report = parts.find(({ type }) => type === 'message/feedback-report');
  const returned = parts.find(({ type }) => type === 'message/rfc822');
  if (report !== undefined) {
    const fields = readFields(report.text);
    if (!BY_READERS.test(fields.get('feedback-type')?.[0] ?? '')) return undefined;
    return named(fields.get('original-rcpt-to')?.[0]);
  }
  if (returned === undefined) return undefined;
  const recipient = readHeaders(returned.text).get('x-hmxmroriginalrecipient')?.[0];
  const isMicrosoft = /^complaint about message from /i.test(headers.get('subject')?.[0] ?? '');
  return recipient !== undefined || isMicrosoft ? named(recipient) : undefined;
}

function named(text = ''): ComplaintReport {
  const parsed = parseEmailAddress(text.replace(/^[\w-]+;/, '').replace(/[<>]/g, ''));
  return 'address' in parsed ? { recipient: parsed.address } : {};
}
