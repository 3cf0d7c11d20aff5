import type { RelayLogin } from '../../settings/relay-url.ts';
import type { OAuthAccount } from '../../settings/settings.ts';
import type { Reply } from '../delivery.ts';
import type { Message } from '../message/message.ts';
import type { ReplyClass } from '../refusals.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { RelayHeaders } from './relay-headers.ts';

/** An SMTP server that takes our messages, over a few connections that are opened when needed. */
export interface Relay {
  /** `host:port`, for people and for the ledger; never a password. */
  readonly name: string;
  /**
   * Sends one message and returns its outcome; never throws for what a relay does. The final dot
   * waits until `beforeDot` resolves to true: the relay can't have accepted the message before. If
   * it returns false or throws (the error is passed on), the connection is dropped and the message
   * is not sent.
   */
  send(message: Message, beforeDot: () => Promise<boolean>): Promise<Outcome>;
  /** Connects and logs in; returns the trouble, if there is any. */
  verify(): Promise<Reply | undefined>;
  /** Sets learned limits: connections at once, messages over each. */
  limit(limits: RelayLimits): void;
  /** The limits learned so far. */
  limits(): RelayLimits;
  /** Ends every idle connection cleanly. */
  close(): Promise<void>;
  /** Drops every connection at once: messages in flight end as not sent or in doubt. */
  drop(): void;
}

/** A relay's learned limits; absent if none was found. */
export interface RelayLimits {
  readonly connections?: number;
  readonly messagesPerConnection?: number;
}

/** A login with a password, or with access tokens (XOAUTH2). */
export type SmtpLogin = RelayLogin | TokenLogin;

export interface TokenLogin {
  readonly user: string;
  readonly tokens: AccessTokens;
}

export interface RelaySettings extends RelayHeaders {
  /** `smtp[s]://[name:password@]host[:port][?tls=required|off][&certificate=self-signed]`. */
  readonly url: string;
  /** A login that is not in the URL. */
  readonly login?: SmtpLogin;
  /** Whether it keeps the sender of the envelope; if not, it gets `Message.plainSender`. */
  readonly keepsSender?: boolean;
  /** Our name for EHLO (RFC 5321 §4.1.1.1): a host name. */
  readonly ehloName: string;
  /** Connections at once. */
  readonly connections: number;
  /**
   * After this many messages a connection ends, and the next message uses another; no limit when
   * absent.
   */
  readonly messagesPerConnection?: number;
  /** How long to wait for a connection; how long a silence may be. */
  readonly timeouts?: { readonly connectMs: number; readonly silenceMs: number };
}

/** Opens a relay with its settings; connects to nothing yet. With `oauth`, tokens are its login. */
export type OpenRelay = (
  settings: RelaySettings & { readonly oauth?: OAuthAccount | undefined },
) => Relay;

/** A limit of our account at a relay that is reached; it counts against no reader. */
export type RelayLimit =
  /** Messages or recipients in an hour or a day. */
  | 'hourlyQuota'
  | 'dailyQuota'
  /** Messages in a second or a minute. */
  | 'pace'
  /** Connections at once. */
  | 'connections'
  /** Messages over one connection. */
  | 'session';

/** The outcome of sending one message to a relay. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  /** Not now; worth trying again later. */
  | { readonly kind: 'deferred'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** Refused for good by the relay. */
  | { readonly kind: 'failed'; readonly reply: Reply; readonly replyClass: ReplyClass }
  /** The relay accepts no more for now, or not so fast; it counts against no reader. */
  | { readonly kind: 'limited'; readonly reply: Reply; readonly limit: RelayLimit }
  /**
   * No message goes out until the trouble is fixed; it counts against no reader. With
   * `recipientNamed` the relay said so about this one message, and may accept others.
   */
  | { readonly kind: 'relayTrouble'; readonly reply: Reply; readonly recipientNamed?: true }
  /** The connection broke between the final dot and the reply. */
  | { readonly kind: 'inDoubt'; readonly reply: Reply }
  /** `beforeDot` returned false. */
  | { readonly kind: 'withheld' };
