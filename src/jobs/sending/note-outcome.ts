import { asksForSlowerPace } from '../../model/domain-rate.ts';
import type { Outcome } from '../../smtp/outcome.ts';
import type { ClaimedDelivery } from '../../store/claims.ts';
import { setDomainRate } from '../../store/domains.ts';
import { storedInstant } from '../../store/instants.ts';
import { setTrouble } from '../../store/relays.ts';
import type { Course } from './course.ts';
import type { DeliveryRun } from './deliver-one.ts';
import type { DomainGates } from './domain-gates.ts';
import type { Ledger } from './ledger.ts';
import { noteSuccess, type Route, restAfterTrouble } from './routes.ts';

/** Where outcomes are noted. */
export interface Noting {
  readonly run: DeliveryRun;
  readonly course: Course;
  readonly ledger: Ledger;
  readonly gates: DomainGates;
}

/**
 * Notes what an outcome says of others than its delivery: of the edition (how many are refused), of
 * the relay (it works, or is left alone for a while), of the destination domain (it wants a slower
 * pace). What is to outlast the run goes to the ledger; throws nothing.
 */
export function noteOutcome(
  noting: Noting,
  route: Route,
  { domain }: ClaimedDelivery,
  outcome: Outcome,
): void {
  const { run, course, ledger, gates } = noting;
  const now = run.deps.machineClock().epochMilliseconds;
  course.note(outcome, route.relay.name);
  run.deps.metrics?.count('broadsheet_messages_total', {
    relay: route.account.id,
    outcome: outcome.kind,
  });
  switch (outcome.kind) {
    case 'accepted':
      if (!route.works) recordTrouble(noting, route, undefined);
      noteSuccess(route);
      return;
    case 'relayTrouble':
      leaveAlone(noting, route, outcome.reply.text, now);
      return;
    case 'inDoubt':
      route.doubts += 1;
      // As many as there are connections, with none accepted between them: a relay that breaks off
      // in place of replying, which would leave everyone in doubt.
      if (route.doubts < route.account.connections) return;
      leaveAlone(noting, route, 'took messages whole and did not reply to them', now);
      return;
    case 'deferred': {
      if (!asksForSlowerPace(outcome.reply)) return;
      const { code, text } = outcome.reply;
      const rate = gates.slowDown(domain, now);
      ledger.add((db) => setDomainRate(db, domain, rate, `${code} ${text}`));
      return;
    }
    case 'failed':
    case 'withheld':
  }
}

function leaveAlone(noting: Noting, route: Route, trouble: string, now: number): void {
  restAfterTrouble(route, trouble, now);
  recordTrouble(noting, route, trouble);
}

function recordTrouble(
  { run, ledger }: Noting,
  { account }: Route,
  trouble: string | undefined,
): void {
  const at = storedInstant(run.deps.machineClock());
  ledger.add((db) => setTrouble(db, account.id, trouble, at));
}
