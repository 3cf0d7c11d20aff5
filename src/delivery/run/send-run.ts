import { setTimeout as wait } from 'node:timers/promises';
import { storedInstant } from '../../database/instants.ts';
import type { Edition } from '../../editions/edition.ts';
import { openDns } from '../../kernel/dns.ts';
import { reasonOf } from '../../kernel/errors.ts';
import { retryDelaySeconds } from '../../kernel/retry-delay.ts';
import type { Message } from '../message/message.ts';
import type { MessageTemplate } from '../message/prepare-messages.ts';
import { type ClaimedDelivery, claimDeliveries, requeueAll } from '../queries/claims.ts';
import { forgetDomains, readDomainRates } from '../queries/domains.ts';
import { whyClosed } from '../queries/edition-changes.ts';
import { forgetOldUse } from '../queries/relays.ts';
import type { Verdict } from '../queries/verdicts.ts';
import type { ReplyClass } from '../refusals.ts';
import type { Outcome } from '../relay/relay.ts';
import type { SendDependencies } from '../send-dependencies.ts';
import { currentRate, DomainThrottles, type SlowedRate } from '../throttle.ts';
import { Breaker, isNobodys } from './breaker.ts';
import { type DomainGroups, limitsDomains, openDomainGroups } from './domain-groups.ts';
import { Ledger } from './ledger.ts';
import { LocalQueue } from './local-queue.ts';
import { type Route, restoreRoutes } from './routes.ts';
import { RunState } from './run-state.ts';
import type { Stopped } from './send-report.ts';

/** After a signal, messages in flight have this long to finish. */
const GRACE_MS = 6000;

/** Claimed deliveries per connection: enough to work on while the next are claimed. */
const CLAIMS_PER_CONNECTION = 10;

/** How long a refusal waits, if its run does not find out whom it is about (or dies before). */
const UNSETTLED_SECONDS = 3600;

export interface SendRunInput {
  readonly deps: SendDependencies;
  readonly edition: Edition;
  readonly template: MessageTemplate;
  /** Id of the sender whose lease this run uses. */
  readonly sender: string;
  readonly routes: readonly Route[];
  /** For the progress display. */
  readonly recipients: number;
  /** The edition is stale from then on: nothing more is claimed, and the run ends. */
  readonly freshUntil: Temporal.Instant;
  /** No relay rests. */
  readonly triesAtOnce: boolean;
}

/** The result of one run. */
export interface RunResult {
  /** Messages that relays accepted in this run. */
  readonly sent: number;
  readonly stopped?: Stopped;
}

/**
 * Sends the due deliveries of the edition over the connections of all routes. Ends when nothing is
 * due, no relay can continue, too much is refused, the edition is stale or paused, or `signal` is
 * aborted. Then it requeues what is left.
 *
 * Each message is recorded as submitting before a relay can have all of it. Throws if the ledger
 * cannot be written: then no more messages go out.
 */
export async function runSend(input: SendRunInput, signal?: AbortSignal): Promise<RunResult> {
  const { deps, routes, triesAtOnce } = input;
  await restoreRoutes(deps, routes, triesAtOnce);
  return new SendRun(input, await currentRates(deps)).send(signal);
}

/** Reads the rates of domains. Deletes rates that have recovered, and old counts of relays. */
async function currentRates({
  store,
  machineClock,
}: SendDependencies): Promise<ReadonlyMap<string, SlowedRate>> {
  const now = machineClock().epochMilliseconds;
  return store.transaction(async (db) => {
    await forgetOldUse(db, now);
    const rates = await readDomainRates(db);
    const free = [...rates].filter(([, rate]) => currentRate(rate, now) === undefined);
    const domains = free.map(([domain]) => domain);
    await forgetDomains(db, domains);
    return rates;
  });
}

/** One send of an edition by one sender. */
class SendRun {
  readonly #input: SendRunInput;
  readonly #state = new RunState();
  readonly #ledger: Ledger;
  readonly #breaker: Breaker;
  readonly #queue: LocalQueue;
  readonly #groups: DomainGroups;
  /** Id of the last delivery that was claimed; 0 at the start. */
  #lastClaimed = 0;
  /** Deliveries with an outcome. */
  #done = 0;

  constructor(input: SendRunInput, rates: ReadonlyMap<string, SlowedRate>) {
    const { deps, edition, sender, routes } = input;
    const { config } = deps;
    const dns = limitsDomains(config) ? openDns(config.dnsServers) : undefined;
    this.#groups = openDomainGroups(dns);
    const throttles = new DomainThrottles(config.domains, rates, this.#groups.groupOf);
    const ledger = new Ledger(deps.store, sender, deps);
    const runState = this.#state;
    this.#input = input;
    this.#ledger = ledger;
    this.#breaker = new Breaker(deps, edition.id, { runState, ledger, throttles });
    this.#queue = new LocalQueue({
      routes,
      throttles,
      runState,
      claim: (notTo) => this.#claim(notTo),
      requeue: ({ id }) => ledger.requeue(id),
      now: () => deps.machineClock().epochMilliseconds,
    });
  }

  async send(signal: AbortSignal | undefined): Promise<RunResult> {
    const { deps, sender, routes } = this.#input;
    const connections = routes.flatMap((route) =>
      Array.from({ length: route.account.connections }, () => route),
    );
    const unwatch = this.#watch(signal);
    do {
      await Promise.all(
        connections.map((route) =>
          this.#work(route).catch((error: unknown) => this.#state.fail(error)),
        ),
      );
    } while (await this.#settle());
    unwatch();
    this.#groups.end();
    await this.#queue.end();
    // If the disk is full this fails too. The next run sees that this sender is gone, and settles it.
    await requeueAll(deps.store.db, sender, storedInstant(deps.clock())).catch((error: unknown) =>
      this.#state.fail(error),
    );
    if (this.#state.mayGoOn()) await this.#stopIfClosed();
    return { sent: this.#state.sent, stopped: this.#state.stopReason() };
  }

  /** The loop of one connection. */
  async #work(route: Route): Promise<void> {
    for (;;) {
      const delivery = await this.#queue.dequeue(route);
      if (delivery === undefined) return;
      let isRequeued = true;
      const refusedBefore = this.#breaker.countRefused(route);
      try {
        const outcome = await this.#deliver(route, delivery);
        isRequeued = this.#breaker.note(route, delivery, outcome, refusedBefore);
        if (outcome.kind === 'withheld') await this.#stopIfClosed();
        if (!isRequeued) this.#showProgress();
      } catch (error) {
        this.#state.fail(error);
      } finally {
        this.#queue.done(route, delivery, isRequeued);
      }
    }
  }

  /**
   * Claims the next deliveries of the edition, except those to the domains in `notTo`: those planned
   * after the last ones, or again from the first. An empty list means that nothing is due. Throws if
   * the database can't be written.
   */
  async #claim(notTo: readonly string[]): Promise<readonly ClaimedDelivery[]> {
    const { deps, edition, sender, routes, freshUntil } = this.#input;
    if (Temporal.Instant.compare(deps.clock(), freshUntil) >= 0) {
      this.#state.stop('stale', `${edition.id} is too old to be sent any further`);
      return [];
    }
    const now = storedInstant(deps.clock());
    const connections = routes.reduce((sum, { account }) => sum + account.connections, 0);
    const limit = connections * CLAIMS_PER_CONNECTION;
    const claimAfter = (after: number) =>
      deps.store.transaction((db) =>
        claimDeliveries(db, { edition: edition.id, sender, now, limit, notTo, after }),
      );
    // Requeued deliveries must be in the database before we claim again.
    await this.#ledger.settle();
    const onwards = this.#lastClaimed === 0 ? [] : await claimAfter(this.#lastClaimed);
    // From the start again: deliveries may have been requeued, or be due by now.
    const claimed = onwards.length > 0 ? onwards : await claimAfter(0);
    this.#lastClaimed = claimed.at(-1)?.id ?? 0;
    // The answers are there when their turn comes.
    for (const { domain } of claimed) this.#groups.groupOf(domain);
    return claimed;
  }

  /**
   * Sends one claimed delivery over a route, and records its outcome in the ledger. Requeues the
   * delivery if the relay did not judge it. Throws if the ledger cannot be written.
   */
  async #deliver(route: Route, delivery: ClaimedDelivery): Promise<Outcome> {
    const { deps, template } = this.#input;
    const { id } = delivery;
    // The copy of a message in doubt is the same message, and keeps the date of the first one.
    const date = delivery.firstDate ?? storedInstant(deps.clock());
    const built = await build(template, delivery, date);
    const messageId = 'messageId' in built ? built.messageId : '';
    const submit = () => {
      route.quota.count(this.#ledger);
      return this.#ledger.submit({ id, messageId, date });
    };
    const outcome = 'kind' in built ? built : await route.relay.send(built, submit);
    if (outcome.kind === 'withheld' || isNobodys(outcome)) {
      // Withheld: another sender has claimed it, the subscriber left, or the edition was paused.
      this.#ledger.requeue(id);
      return outcome;
    }
    const after = (seconds: number) => storedInstant(deps.clock().add({ seconds }));
    const retryAt = () => after(retryDelaySeconds(delivery.attempts + 1, deps.random()));
    const verdict = verdictOf(outcome, retryAt, () => after(UNSETTLED_SECONDS));
    const { reply } = outcome;
    this.#ledger.record({ id, messageId, relay: route.account.id, reply, ...verdict });
    return outcome;
  }

  /**
   * Writes what is not on disk yet, and decides whom the refusals are about. Returns true if the run
   * continues with another relay.
   */
  async #settle(): Promise<boolean> {
    try {
      await this.#ledger.settle();
      const hadRefusalsAboutUs = await this.#breaker.settle();
      if (hadRefusalsAboutUs) this.#queue.reopen();
      await this.#ledger.settle();
      return hadRefusalsAboutUs && this.#state.mayGoOn();
    } catch (error) {
      this.#state.fail(error);
      await this.#ledger.rescue();
      return false;
    }
  }

  /**
   * If the edition was paused or cancelled, stops the run: there is no need to try each claimed
   * delivery, and then there is nothing to claim.
   */
  async #stopIfClosed(): Promise<void> {
    const { deps, edition } = this.#input;
    const message = await whyClosed(deps.store.db, edition.id);
    if (message !== undefined) this.#state.stop('paused', message);
  }

  #showProgress(): void {
    const { deps, recipients } = this.#input;
    this.#done += 1;
    deps.log.progress('Sending', Math.min(this.#done, recipients), recipients);
  }

  /**
   * Stops the run when `signal` is aborted; messages in flight then have a little time. Returns a
   * function that ends the watching.
   */
  #watch(signal: AbortSignal | undefined): () => void {
    const over = new AbortController();
    const dropAll = () => {
      for (const { relay } of this.#input.routes) relay.drop();
    };
    const onAbort = () => {
      this.#state.stop('signal', 'it was asked to stop');
      wait(GRACE_MS, undefined, { signal: over.signal }).then(dropAll, () => {});
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { signal: over.signal });
    return () => over.abort();
  }
}

/**
 * The message. If one subscriber's message can't be built, returns a failure: it must not stop the
 * others.
 */
async function build(
  template: MessageTemplate,
  { id: delivery, subscriber: id, address, name }: ClaimedDelivery,
  date: string,
): Promise<Message | Outcome> {
  try {
    return await template.fill({ id, delivery, address, name }, Temporal.Instant.from(date));
  } catch (error) {
    const text = `the message could not be built: ${reasonOf(error)}`;
    return { kind: 'failed', replyClass: 'policy', reply: { code: 0, text } };
  }
}

/**
 * The ledger's verdict for an outcome. A deferred delivery is tried again at `retryAt`. Refusals are
 * deferred until `unsettledUntil` at first: the run settles them when it knows whom they are about
 * (`Breaker`).
 */
function verdictOf(
  outcome: Exclude<Outcome, { readonly kind: 'withheld' }>,
  retryAt: () => string,
  unsettledUntil: () => string,
): Pick<Verdict, 'state' | 'replyClass' | 'retryAt'> {
  const unsettled = (replyClass: ReplyClass) =>
    ({ state: 'deferred', replyClass, retryAt: unsettledUntil() }) as const;
  switch (outcome.kind) {
    case 'accepted':
    case 'inDoubt':
      return { state: outcome.kind };
    case 'limited':
      return { state: 'queued', replyClass: outcome.limit };
    case 'relayTrouble':
      return unsettled('relay');
    case 'failed':
      // Code 0: no relay refused it; it could not be sent to this one address at all.
      if (outcome.reply.code > 0) return unsettled(outcome.replyClass);
      return { state: 'failed', replyClass: outcome.replyClass };
    case 'deferred':
      return { state: 'deferred', replyClass: outcome.replyClass, retryAt: retryAt() };
  }
}
