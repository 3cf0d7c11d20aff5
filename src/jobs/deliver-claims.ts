import { setTimeout as wait } from 'node:timers/promises';
import type { Outcome } from '../smtp/outcome.ts';
import type { Relay } from '../smtp/relay.ts';
import { claimDeliveries, giveBackAll } from '../store/claims.ts';
import { storedInstant } from '../store/instants.ts';
import { openClaimQueue } from './claim-queue.ts';
import { type DeliveryRun, deliverOne } from './deliver-one.ts';
import { groupCommits } from './group-commit.ts';
import type { SendReport } from './send-report.ts';

type Stopped = NonNullable<SendReport['stopped']>;

/** What one run came to. */
export interface DeliveryResult {
  /** Accepted in this run. */
  readonly sent: number;
  readonly stopped?: Stopped;
}

/** How many deliveries a connection has in hand: enough to work on while others are claimed. */
const CLAIMS_PER_CONNECTION = 10;

/** So many refusals for policy in a row are no accident: what is left would be refused as well. */
const MOST_REFUSALS_IN_A_ROW = 10;

const GO_ON = 'who is not served yet stays queued: run the command again to go on';

/** After a signal, what is in flight has this long. */
const GRACE_MS = 8000;

/**
 * Sends what is due of the edition over the relay's connections, until nothing is, the relay is in
 * trouble, it refuses one after the other, or `signal` is aborted; then gives back what is left.
 * Every message is on record as submitting before the relay can have all of it. Throws when the
 * ledger cannot be written: then nothing goes any more. `recipients` is for showing progress.
 */
export async function deliverClaims(
  run: DeliveryRun,
  recipients: number,
  signal: AbortSignal | undefined,
): Promise<DeliveryResult> {
  const { deps, relay, edition, sender } = run;
  const { store, clock, config, log } = deps;
  const commit = groupCommits(store);
  const limit = config.relays[0].connections * CLAIMS_PER_CONNECTION;
  const next = openClaimQueue(() => {
    const claim = { edition: edition.id, sender, now: storedInstant(clock()), limit };
    return store.transaction((db) => claimDeliveries(db, claim));
  });
  const course = chartCourse(relay, config.relays[0].connections);
  let done = 0;

  async function work(): Promise<void> {
    while (course.mayGoOn()) {
      const delivery = await next();
      // What was claimed meanwhile and not begun with is given back in the end.
      if (delivery === undefined || !course.mayGoOn()) return;
      course.note(await deliverOne(run, delivery, commit));
      done += 1;
      log.progress('Sending', Math.min(done, recipients), recipients);
    }
  }

  const unwatch = watch(signal, relay, course.stop);
  const workers = Array.from({ length: config.relays[0].connections }, () =>
    work().catch((error: unknown) => course.fail(error)),
  );
  await Promise.all(workers);
  unwatch();
  return course.end(() => giveBackAll(store.db, sender, storedInstant(clock())));
}

/**
 * Whether to go on: what the workers of one run tell each other. As many messages in doubt, with
 * none accepted between them, as there are connections: a relay that breaks off in place of
 * replying, which would leave everyone in doubt.
 */
function chartCourse(relay: Relay, connections: number) {
  let sent = 0;
  let refusals = 0;
  let doubts = 0;
  let stopped: Stopped | undefined;
  let failure: { readonly error: unknown } | undefined;
  const stop = (because: Stopped['because'], fact: string) => {
    stopped ??= { because, message: `${fact}; ${GO_ON}` };
  };
  return {
    mayGoOn: () => stopped === undefined && failure === undefined,
    stop,
    fail(error: unknown): void {
      failure ??= { error };
    },
    note(outcome: Outcome): void {
      if (outcome.kind === 'accepted') sent += 1;
      if (outcome.kind !== 'inDoubt') doubts = 0;
      else if (++doubts >= connections) {
        stop('relay', `the relay ${relay.name} took messages whole and did not reply to them`);
      }
      if (outcome.kind === 'relayTrouble') {
        stop('relay', `the relay ${relay.name} ${outcome.reply.text}`);
      }
      if (outcome.kind !== 'failed' || outcome.replyClass !== 'policy') refusals = 0;
      else if (++refusals >= MOST_REFUSALS_IN_A_ROW) {
        stop(
          'refusals',
          `the relay ${relay.name} refused ${refusals} in a row: ${outcome.reply.text}`,
        );
      }
    },
    async end(giveBack: () => Promise<void>): Promise<DeliveryResult> {
      // When the disk is full this fails too; the next run finds this sender gone, and settles it.
      await giveBack().catch((error: unknown) => {
        failure ??= { error };
      });
      if (failure !== undefined) throw failure.error;
      return { sent, ...(stopped === undefined ? {} : { stopped }) };
    },
  };
}

/** Stops when `signal` is aborted; what is in flight then has a little time. Call the answer in the end. */
function watch(
  signal: AbortSignal | undefined,
  relay: Relay,
  stop: (because: Stopped['because'], fact: string) => void,
): () => void {
  const over = new AbortController();
  const onAbort = () => {
    stop('signal', 'stopped on request');
    wait(GRACE_MS, undefined, { signal: over.signal }).then(relay.drop, () => {});
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { signal: over.signal });
  return () => over.abort();
}
