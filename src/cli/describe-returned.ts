import type { FeedbackKind } from '../database/states.ts';
import { formatCount } from './format.ts';

const KINDS: readonly (readonly [FeedbackKind, string, string])[] = [
  ['bounce', 'bounce', 'bounces'],
  ['delayed', 'delay', 'delays'],
  ['complaint', 'complaint', 'complaints'],
  ['unsubscribe', 'unsubscribe', 'unsubscribes'],
  ['request', 'unsubscribe without a token', 'unsubscribes without a token'],
  ['autoReply', 'automatic reply', 'automatic replies'],
  ['unknown', 'not understood', 'not understood'],
];

/** How many reports of each kind came, in words; empty if none did. */
export function formatReturned(counts: Readonly<Partial<Record<FeedbackKind, number>>>): string {
  return KINDS.flatMap(([kind, one, many]) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`];
  }).join(', ');
}
