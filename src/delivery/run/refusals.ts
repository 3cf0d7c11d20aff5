import { storedInstant } from '../../database/instants.ts';
import type { Database } from '../../database/tables.ts';
import type { ClaimedDelivery } from '../queries/claims.ts';
import { disbelieve, failRefused, hasAccepted, requeueRefused } from '../queries/refusals.ts';
import {
  addAccepted,
  addRefusal,
  afterGivingUp,
  type Judgement,
  judgePast,
  judgeTail,
  type NumberedRefusal,
  noRefusals,
  type ReasonToStop,
  type Refusal,
  type RefusalState,
  reasonToStop,
} from '../refusals.ts';
import type { Outcome } from '../relay/outcome.ts';
import { replyPattern } from '../reply-pattern.ts';
import { isGreylisting } from '../slowed-rate.ts';
import type { DeliveryRun } from './deliver-one.ts';
import type { Route } from './routes.ts';

/** A relay's refusals that proved to be about us, at the end of a run. */
export interface AboutUs {
  readonly route: Route;
  readonly reason: ReasonToStop;
  /** The relay's last reply. */
  readonly said: string;
}

/**
 * The refusals of a run. They are deferred until it is known whom they are about. One reply doesn't
 * show that: the replies to messages before and after it do.
 */
export interface Refusals {
  /** How many messages the relay has refused so far. Call it when a message begins. */
  count(route: Route): number;
  /** Notes an accepted message. `refusedBefore` is the count of refusals when it began. */
  noteAccepted(route: Route, refusedBefore: number): void;
  /**
   * Notes an outcome if it is a refusal. Returns the reason if the relay has to rest now: then its
   * refusals are about us, and `requeueRefused` requeues the deliveries that `giveUp` returns.
   */
  note(route: Route, delivery: ClaimedDelivery, outcome: Outcome): ReasonToStop | undefined;
  /** Forgets the relay's refusals. Returns the ids of the deliveries to requeue. */
  giveUp(route: Route, reason: ReasonToStop): readonly number[];
  /** When nothing more is due: settles every refusal, and forgets it. Returns what is about us. */
  settle(db: Database): Promise<readonly AboutUs[]>;
}

/** What the run knows about one relay. */
interface Book {
  state: RefusalState;
  /** Refused before another message was accepted. */
  readonly past: NumberedRefusal[];
  said: string;
}

/** Opens the record of a run, without refusals yet. */
export function openRefusals({ deps, edition }: DeliveryRun): Refusals {
  const books = new Map<Route, Book>();
  const bookOf = (route: Route): Book => {
    const known = books.get(route);
    if (known !== undefined) return known;
    const book: Book = { state: noRefusals(route.isProbing), past: [], said: '' };
    books.set(route, book);
    return book;
  };
  return {
    count: (route) => bookOf(route).state.refused,
    noteAccepted(route, refusedBefore) {
      const book = bookOf(route);
      const { state, past } = addAccepted(book.state, refusedBefore);
      book.state = state;
      book.past.push(...past);
    },
    note(route, delivery, outcome) {
      const refusal = refusalOf(delivery, outcome);
      if (refusal === undefined) return undefined;
      const book = bookOf(route);
      book.said = saidBy(outcome);
      book.state = addRefusal(book.state, refusal);
      return reasonToStop(book.state);
    },
    giveUp(route, { kind }) {
      const { state, past } = bookOf(route);
      const isPolicy = kind === 'policy';
      // Requests for a slower pace stay deferred.
      const tail = state.tail.filter((each) => each.kind !== 'slowDown');
      const again = isPolicy ? past.filter((each) => each.kind === 'policy') : [];
      const kept = past.filter((each) => !again.includes(each));
      books.set(route, { state: afterGivingUp(state, !isPolicy), past: kept, said: '' });
      return [...tail, ...again].map(({ id }) => id);
    },
    async settle(db) {
      const found: AboutUs[] = [];
      for (const [route, book] of books) {
        const about = await settleBook(db, book, () =>
          hasAccepted(db, edition.id, route.account.id),
        );
        if (about !== undefined) found.push({ route, reason: about, said: book.said });
      }
      books.clear();
      return found;
    },
  };

  async function settleBook(
    db: Database,
    { state, past }: Book,
    tookBefore: () => Promise<boolean>,
  ): Promise<ReasonToStop | undefined> {
    const isTaken = state.accepted > 0 || (state.tail.length > 0 && (await tookBefore()));
    const judged = new Map([...judgePast(past, state), ...judgeTail(state, isTaken)]);
    const all: readonly Refusal[] = [...past, ...state.tail];
    await write(db, all, judged);
    // The reason for the rest was already reported by `giveUp`.
    if (state.isGivenUp) return undefined;
    const aboutUs = all.filter(({ id }) => judged.get(id) === 'us');
    const kind = aboutUs.at(-1)?.kind;
    return kind && { kind, refusals: aboutUs.length, of: aboutUs.length };
  }

  async function write(
    db: Database,
    all: readonly Refusal[],
    judged: ReadonlyMap<number, Judgement>,
  ): Promise<void> {
    const at = storedInstant(deps.clock());
    const idsOf = (judgement: Judgement, fits: (refusal: Refusal) => boolean) =>
      all.filter((each) => judged.get(each.id) === judgement && fits(each)).map(({ id }) => id);
    const isUnclear = ({ kind }: Refusal) => kind === 'unclear';
    await failRefused(db, idsOf('reader', isUnclear), at, 'noSuchAddress');
    await failRefused(
      db,
      idsOf('reader', (each) => each.isFinal && !isUnclear(each)),
      at,
    );
    await failRefused(
      db,
      idsOf('doubtful', () => true),
      at,
      'unclear',
    );
    await requeueRefused(
      db,
      idsOf('us', () => true),
      at,
    );
    await disbelieve(
      db,
      idsOf('later', ({ kind }) => kind === 'mailboxTrouble'),
    );
  }
}

/**
 * The refusal in an outcome; undefined if the outcome does not help to find out whom a refusal is
 * about.
 */
function refusalOf(
  { id, address, domain }: ClaimedDelivery,
  outcome: Outcome,
): Refusal | undefined {
  const { kind } = outcome;
  if (kind !== 'failed' && kind !== 'deferred' && kind !== 'relayTrouble') return undefined;
  // Code 0: no relay refused it. Greylisting defers every first message.
  if (outcome.reply.code === 0 || isGreylisting(outcome.reply)) return undefined;
  return {
    ...{ id, domain, kind: kind === 'relayTrouble' ? 'relay' : outcome.replyClass },
    pattern: replyPattern(outcome.reply, address),
    isFinal: kind !== 'deferred',
  };
}

function saidBy(outcome: Outcome): string {
  if (!('reply' in outcome)) return '';
  const { code, enhancedCode, text } = outcome.reply;
  if (outcome.kind === 'relayTrouble') return text;
  return [code, enhancedCode, text].filter((part) => part !== undefined).join(' ');
}
