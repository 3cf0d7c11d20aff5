import type { RelayLogin } from '../../settings/relay-url.ts';
import type { Reply } from '../delivery.ts';
import type { Message } from '../message/message.ts';
import type { Outcome } from './outcome.ts';

/** An SMTP server that takes our messages, over a few connections that are opened when needed. */
export interface Relay {
  /** `host:port`, for people and for the ledger; never a password. */
  readonly name: string;
  /**
   * Sends one message and says what came of it; never throws for what a relay does. The final
   * dot is held back until `beforeDot` resolves to true: the relay can't have accepted the
   * message before. On false, or when it throws (which is passed on), the connection is dropped
   * and the message is not sent.
   */
  send(message: Message, beforeDot: () => Promise<boolean>): Promise<Outcome>;
  /** Connects and logs in; what the trouble is, where there is any. */
  verify(): Promise<Reply | undefined>;
  /** Learns what the relay takes: so many connections at once, so many messages over each. */
  limit(limits: RelayLimits): void;
  /** What was learned of it so far. */
  limits(): RelayLimits;
  /** Ends every connection that is idle, in order. */
  close(): Promise<void>;
  /** Drops every connection at once: what is in flight comes back as not sent or in doubt. */
  drop(): void;
}

/** What a relay was found to take; absent where it takes what it is asked to. */
export interface RelayLimits {
  readonly connections?: number;
  readonly messagesPerConnection?: number;
}

export interface RelaySettings {
  /** `smtp[s]://[name:password@]host[:port][?tls=required|off][&certificate=self-signed]`. */
  readonly url: string;
  /** A login that is not in the URL. */
  readonly login?: RelayLogin;
  /** What we call ourselves (EHLO, RFC 5321 §4.1.1.1): a host name. */
  readonly ehloName: string;
  /** Connections at once. */
  readonly connections: number;
  /** After so many a connection says goodbye, and the next message goes over another; no limit when absent. */
  readonly messagesPerConnection?: number;
  /** How long to wait for a connection; how long a silence may be. */
  readonly timeouts?: { readonly connectMs: number; readonly silenceMs: number };
}

/** Makes a relay of its settings; connects to nothing yet. */
export type OpenRelay = (settings: RelaySettings) => Relay;
