import { createHash, timingSafeEqual } from 'node:crypto';
import type { Severity } from '../../database/states.ts';

// A provider's webhook: how a request proves that it is from the provider, and what its events say. Each
// provider has a file of its own; `take-webhook.ts` is the way from there to subscriptions.

/** A request, as it came. */
export interface WebhookRequest {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** What checking a request may use. */
export interface WebhookContext {
  readonly keys: readonly string[];
  readonly now: Temporal.Instant;
  /** Fetches a small text by https, without redirects. Rejects if there is none. */
  readonly fetchText: FetchText;
}

export type FetchText = (url: string) => Promise<string>;

/** A request that is surely from the provider. */
export interface OpenedWebhook {
  readonly json: unknown;
  /** Of a signature that is not about the body: the provider uses it for one body only. */
  readonly nonce?: string;
}

/** A provider. */
export interface Provider {
  /** What the request contains, if one of the keys proves that the provider sent it; else undefined. */
  open(request: WebhookRequest, context: WebhookContext): Promise<OpenedWebhook | undefined>;
  /** The events that matter. Others, and what has an unknown form, are left out. Never throws. */
  read(json: unknown): readonly ProviderEvent[];
}

/** What a provider says about one message to one address. */
export interface ProviderEvent {
  readonly kind: 'bounce' | 'complaint' | 'unsubscribe';
  readonly address: string;
  /** Of a bounce: what the provider thinks of it. */
  readonly severity?: Severity;
  /** Of a bounce: the reply of the receiving server. The words of the provider itself say nothing more. */
  readonly said?: string;
  /** Of a bounce: the enhanced code (RFC 3463). */
  readonly status?: string;
  /** Contains the token of the message, if it is one of ours. */
  readonly token?: string;
  /** Our Message-ID. */
  readonly messageId?: string;
  /** When it happened, by the clock of the provider. */
  readonly at?: Temporal.Instant;
  /** What tells the event from all others of the provider; it may contain anything. */
  readonly identity: string;
}

/** An older signature is refused. Providers repeat a request for a day at most. */
export const MOST_AGE_HOURS = 25;
const MOST_AHEAD_MINUTES = 10;

/** Whether a signature of this time still counts. */
export function isFresh(at: Temporal.Instant | undefined, now: Temporal.Instant): boolean {
  if (at === undefined) return false;
  const ageMs = now.epochMilliseconds - at.epochMilliseconds;
  return ageMs <= MOST_AGE_HOURS * 3_600_000 && ageMs >= -MOST_AHEAD_MINUTES * 60_000;
}

/** The first value of a header, or empty. */
export function headerOf({ headers }: WebhookRequest, name: string): string {
  const value = headers[name] ?? '';
  return typeof value === 'string' ? value : (value[0] ?? '');
}

/** The JSON of a request whose Authorization has a key: as the password (RFC 7617) or as a token (RFC 6750). */
export async function openByPassword(
  request: WebhookRequest,
  { keys }: WebhookContext,
): Promise<OpenedWebhook | undefined> {
  const [, scheme = '', value = ''] =
    /^(basic|bearer) +(\S+)$/i.exec(headerOf(request, 'authorization').trim()) ?? [];
  const given =
    scheme.toLowerCase() === 'bearer'
      ? value
      : Buffer.from(value, 'base64')
          .toString()
          .replace(/^[^:]*:/, '');
  return keys.some((key) => isEqual(key, given)) ? { json: jsonOf(request.body) } : undefined;
}

/** Compares in constant time. */
export function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

// JSON from outside may have any form.

/** The parsed body; undefined if it is not JSON. */
export function jsonOf(body: Buffer | string): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object, or an empty one. */
export function objectOf(value: unknown): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

/** The list, or the one value as a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The text, or a number as text, else empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A time in seconds since 1970, or as ISO 8601. */
export function instantOf(value: unknown): Temporal.Instant | undefined {
  const seconds =
    typeof value === 'number'
      ? value
      : /^\d{9,11}(\.\d+)?$/.test(textOf(value))
        ? Number(value)
        : 0;
  try {
    return seconds > 0
      ? Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds * 1000))
      : Temporal.Instant.from(textOf(value));
  } catch {
    return undefined;
  }
}
