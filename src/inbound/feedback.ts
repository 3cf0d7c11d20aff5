import type { Severity } from '../database/states.ts';
import type { Reply } from '../delivery/delivery.ts';
import type { NamedMessage } from '../delivery/message/message-token.ts';
import type { UnsubscribeToken } from '../delivery/message/unsubscribe-link.ts';
import { classifyReply, isLimit } from '../delivery/relay/classify-reply.ts';
import type { EmailAddress } from '../kernel/email-address.ts';

/** What every report has. */
interface Report {
  /**
   * Equal for the same report, however often it comes: a kind and what it is about, or the hash of a
   * mail. It contains no address.
   */
  readonly key: string;
  /** When it came. */
  readonly at: Temporal.Instant;
  /** The way it came: `imap`, `maildir`, `mbox`, `pipe`, `listener`, or the name of a provider. */
  readonly source: string;
  /**
   * When it happened, if the source can be believed. It says nothing about a subscription that began
   * later.
   */
  readonly happenedAt?: Temporal.Instant | undefined;
}

/**
 * Whom a provider names that has proved who it is, if the message is not named by a token: it was sent
 * without the headers for the provider, or the provider does not return them.
 */
export interface NamedRecipient {
  readonly kind: 'recipient';
  readonly address: EmailAddress;
  /** The Message-ID. It tells which delivery it is about, if it is one of ours. */
  readonly messageId?: string | undefined;
}

/** A report about a message that we sent. A token that we signed says which, or a provider says who got it. */
interface MessageReport extends Report {
  readonly about: NamedMessage | NamedRecipient;
  /**
   * The address that the report names. It identifies the subscriber of a transactional mail, together
   * with the token: no record of a sent mail contains its address.
   */
  readonly recipient?: EmailAddress;
}

/** Something that came back, understood, from any source. `FeedbackKind` explains the kinds. */
export type Feedback =
  | (MessageReport & {
      readonly kind: 'bounce';
      readonly severity: Severity;
      readonly reply: Reply;
    })
  | (MessageReport & { readonly kind: 'delayed'; readonly reply: Reply })
  /** `unsubscribe`: by a link or a list of the provider. */
  | (MessageReport & { readonly kind: 'complaint' | 'unsubscribe' })
  /** Some providers name the subscription, by the link in the message. */
  | (Report & { readonly kind: 'complaint' | 'unsubscribe'; readonly about: UnsubscribeToken })
  | (Report & { readonly kind: 'request'; readonly address: EmailAddress })
  | (Report & { readonly kind: 'autoReply' })
  | (Report & {
      readonly kind: 'unknown';
      /** Why it is kept, as a clause. */
      readonly reason: string;
      /** The beginning of the mail, a character for each byte. */
      readonly content: string;
      /** Bytes of the whole mail. */
      readonly sizeBytes: number;
    });

/**
 * The key of a report about a message: the same from any source, because one message bounces once. Without
 * a message it is about `identity`.
 */
export function keyOf(what: string, about: NamedMessage | undefined, identity: string): string {
  return about === undefined ? `${what} ${identity}` : `${what} ${about.kind} ${about.id}`;
}

/**
 * What a report changed. `ended`: a subscription ended; `requested`: a mail asks whether it should; `recorded`: nothing ended, the
 * report is stored;
 * `repeated`: it had come before; `unmatched`: the message, the subscription or its newsletter no longer
 * exists.
 */
export type FeedbackResult = 'ended' | 'requested' | 'recorded' | 'repeated' | 'unmatched';

/**
 * What the reply of a receiving server says about the reader, after a relay had accepted the message.
 * `docs/relays.md` has the rules: a reply about us never ends a subscription. A refusal without a reason
 * counts as soft, because no other replies show whom it is about.
 */
export function severityOf(reply: Reply): Severity {
  const kind = classifyReply(reply, 'rcpt');
  // "User quota exceeded": we have no quota at a receiving server.
  if (isLimit(kind) && /^[45]\.2\./.test(reply.enhancedCode ?? '')) return 'soft';
  switch (kind) {
    case 'noSuchAddress':
      return 'hard';
    case 'mailboxTrouble':
    case 'unclear':
      return 'soft';
    default:
      return 'other';
  }
}
