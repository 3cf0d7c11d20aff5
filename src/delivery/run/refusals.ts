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

/** What a relay found at the end of a run to be about us. */
export interface AboutUs {
  readonly route: Route;
  readonly reason: ReasonToStop;
  /** The relay's last words. */
  readonly said: string;
}

/**
 * The refusals of a run. They are deferred until it is known whom they are about: that is what others who were
 * asked before and after them tell, and none of it is in one reply.
 */
export interface Refusals {
  /** How many messages the relay has refused so far; to be asked when one begins. */
  count(route: Route): number;
  /** A message was accepted that began when so many had been refused. */
  noteAccepted(route: Route, refusedBefore: number): void;
  /**
   * Notes an outcome that is a refusal, or nothing of others. Returns why the relay is to rest now, where it is:
   * then what it refused is about us, and `queueAgain` puts it back.
   */
  note(route: Route, delivery: ClaimedDelivery, outcome: Outcome): ReasonToStop | undefined;
  /** Forgets what the relay refused, and gives the ids of what goes back into the queue for that. */
  giveUp(route: Route, reason: ReasonToStop): readonly number[];
  /** When nothing more is due: settles every refusal, and forgets it. Returns what is about us. */
  settle(db: Database): Promise<readonly AboutUs[]>;
}

/** What is known of one relay. */
interface Book {
  state: RefusalState;
  /** Refused before another message was accepted. */
  readonly past: NumberedRefusal[];
  said: string;
}

/** Refusals of a run that begins. */
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
      // What asks for a slower pace is put off as it is.
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
    // Why it rests was said when it was given up.
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

/** The refusal that an outcome is; undefined for those that say nothing of whom it is about. */
function refusalOf(
  { id, address, domain }: ClaimedDelivery,
  outcome: Outcome,
): Refusal | undefined {
  const { kind } = outcome;
  if (kind !== 'failed' && kind !== 'deferred' && kind !== 'relayTrouble') return undefined;
  // Code 0: no relay refused it. And who greylists puts off everyone the first time.
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
