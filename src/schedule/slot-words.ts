import type { DeliveryTable } from '../delivery/delivery.ts';

/** The time after `due`: `40 minutes`, `3 hours`, `2 days`. */
export function describeLateness(due: Temporal.Instant, now: Temporal.Instant): string {
  const minutes = Math.max(0, Math.floor(now.since(due).total('minutes')));
  if (minutes < 120) return amount(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? amount(hours, 'hour') : amount(Math.floor(hours / 24), 'day');
}

/** `412 of 415, 3 refused`: how many subscribers an edition reached, and why not the others. */
export function describeReach(
  { planned, accepted, suppressed, inDoubt, failed }: DeliveryTable,
  { stale, cancelled }: { readonly stale: number; readonly cancelled: number },
): string {
  const others = [
    [failed - stale - cancelled, 'refused'],
    [stale, 'too late'],
    [cancelled, 'cancelled'],
    [suppressed, 'left meanwhile'],
    [inDoubt, 'in doubt'],
  ] as const;
  return [
    `${count(accepted)} of ${count(planned)}`,
    ...others.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`),
  ].join(', ');
}

function amount(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
