import type { IncomingMail } from '../mail/understand-mail.ts';

/**
 * Takes one mail. When it resolves, everything that the mail says is stored, and the source marks it as
 * read. If it rejects, the source stops: the mail is read again later, which changes nothing twice.
 */
export type Take = (mail: SourceMail) => Promise<void>;

/** A mail as it is in a mailbox. */
export type SourceMail = Pick<IncomingMail, 'bytes' | 'sizeBytes'> &
  Partial<Pick<IncomingMail, 'recipients'>>;

/** A mailbox that mail comes back to. No source deletes a mail. */
export interface MailSource {
  readonly name: 'imap' | 'maildir' | 'mbox';
  /** Gives every mail that is there and was not read, one after the other, until `signal` is aborted. */
  read(take: Take, signal: AbortSignal): Promise<void>;
  /** Resolves when there may be more. */
  wait(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** How often files are checked. */
export const LOOK_MS = 10_000;
