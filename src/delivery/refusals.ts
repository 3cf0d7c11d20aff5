/** Whose matter a refusal is, where it may be the reader's. */
export type ReplyClass =
  /** The address, in so many words. */
  | 'noSuchAddress'
  /** The recipient is refused without a reason: the address, or our account. */
  | 'unclear'
  | 'mailboxTrouble'
  /** A destination asks for less mail, or puts the message off. */
  | 'slowDown'
  /** Our name or our message does not suit the destination. */
  | 'policy'
  /** The relay, our account at it, our sender or our greeting. */
  | 'relay';

/** One message that a relay did not take. */
export interface Refusal {
  /** Id of the delivery. */
  readonly id: number;
  readonly kind: ReplyClass;
  /** `replyPattern` of the reply. */
  readonly pattern: string;
  /** Of the reader. */
  readonly domain: string;
  /** Whether the relay said never, not later. */
  readonly isFinal: boolean;
}

/** A refusal among others of its relay. */
export interface NumberedRefusal extends Refusal {
  /** 1 for the first. */
  readonly number: number;
  /** Whether the relay had accepted nothing before in this run: no limit of a fresh hour can be used up. */
  readonly isHead: boolean;
}

/** The words of one relay in one run, the newest last. */
export interface RefusalState {
  readonly accepted: number;
  readonly refused: number;
  /** Refused, with no message accepted that was begun afterwards. */
  readonly tail: readonly NumberedRefusal[];
  /** Of the last messages that it judged: whether it refused them for policy. */
  readonly window: readonly boolean[];
  /** It refused everyone before, and has not accepted anyone since: less is enough to stop. */
  readonly isProbing: boolean;
  /** It was found to refuse everyone in this run, and what is refused since, by messages under way, is alike. */
  readonly isGivenUp: boolean;
}

/**
 * What is to become of a refused delivery:
 *
 *     reader    it is about the reader: failed; an address that does not exist ends the subscription
 *     doubtful  the address, by the words, but nothing shows that the relay takes anything: failed, and no more
 *     later     it may be about us: tried again in an hour
 *     us        it is about us: back into the queue, and the relay rests
 */
export type Judgement = 'reader' | 'doubtful' | 'later' | 'us';

/** Why to give a relay nothing more for a while. */
export interface ReasonToStop {
  readonly kind: ReplyClass;
  readonly refusals: number;
  readonly of: number;
}

/**
 * So many alike in a row, with none accepted between, are not about the readers. Few where the words do not name
 * the reader; more where they do: people of one list may have left one company on one day.
 */
const MOST_IN_A_ROW: Readonly<Record<ReplyClass, number>> = {
  ...{ relay: 3, unclear: 5, noSuchAddress: 10, mailboxTrouble: 10, policy: 10, slowDown: 10 },
};
const MOST_WHILE_PROBING: Readonly<Record<ReplyClass, number>> = {
  ...{ relay: 1, unclear: 1, noSuchAddress: 2, mailboxTrouble: 2, policy: 10, slowDown: 3 },
};
/** Whatever their words. */
const MOST_OF_ANY_KIND = 25;

/** How far back refusals for policy are counted, and how many of them are too many. */
const WINDOW = 50;
const MOST_POLICY_OF_WINDOW = 25;

/** So many alike at the end of a run, after which nobody was asked, may still be about the readers. */
const FEW = 2;

/** As many unclear refusals between accepted messages are plausible: a tenth, or one. */
const PLAUSIBLE_SHARE = 0.1;

/** A run asks as many first whose last refusal was not settled (`planDeliveries`). */
export const MOST_ASKED_FIRST = 3;

/** A relay that was not asked yet. */
export function noRefusals(isProbing = false): RefusalState {
  return { accepted: 0, refused: 0, tail: [], window: [], isProbing, isGivenUp: false };
}

/**
 * The state after an accepted message that was begun when `refusedBefore` messages had been refused, and which
 * refusals are past by that. One that was under way at the same time tells nothing of them.
 */
export function addAccepted(
  state: RefusalState,
  refusedBefore: number,
): { readonly state: RefusalState; readonly past: readonly NumberedRefusal[] } {
  const isPast = ({ number }: NumberedRefusal) => number <= refusedBefore;
  const window = [...state.window.slice(1 - WINDOW), false];
  const tail = state.tail.filter((each) => !isPast(each));
  const isUnderWay = refusedBefore < state.refused;
  const isProbing = state.isProbing && isUnderWay;
  const isGivenUp = state.isGivenUp && isUnderWay;
  return {
    state: { ...state, accepted: state.accepted + 1, tail, window, isProbing, isGivenUp },
    past: state.tail.filter(isPast),
  };
}

/** The state after a refusal. */
export function addRefusal(state: RefusalState, refusal: Refusal): RefusalState {
  const window = [...state.window.slice(1 - WINDOW), refusal.kind === 'policy'];
  const refused = state.refused + 1;
  const numbered = { ...refusal, number: refused, isHead: state.accepted === 0 };
  return { ...state, refused, tail: [...state.tail, numbered], window };
}

/** The state after the relay was found to refuse everyone: what it refused is given up. */
export function afterGivingUp(
  { accepted, refused }: RefusalState,
  isProbing: boolean,
): RefusalState {
  return { ...noRefusals(isProbing), accepted, refused, isGivenUp: true };
}

/** Why the relay should rest now; undefined where it should not. */
export function reasonToStop({ tail, window, isProbing }: RefusalState): ReasonToStop | undefined {
  const newest = tail.at(-1);
  if (newest === undefined) return undefined;
  const { kind } = newest;
  const most = isProbing ? MOST_WHILE_PROBING : MOST_IN_A_ROW;
  const alike = tail.filter((each) => isAlike(each, newest));
  const row = { kind, refusals: alike.length, of: alike.length };
  if (alike.length >= most[kind] && !isOneDomain(kind, alike)) return row;
  const policy = window.filter(Boolean).length;
  if (policy >= MOST_POLICY_OF_WINDOW)
    return { kind: 'policy', refusals: policy, of: window.length };
  const final = tail.filter((each) => each.isFinal);
  if (final.length < MOST_OF_ANY_KIND) return undefined;
  return { kind, refusals: final.length, of: final.length };
}

/** A domain that asks for a slower pace has a throttle of its own: it says nothing of the relay. */
function isOneDomain(kind: ReplyClass, alike: readonly Refusal[]): boolean {
  return kind === 'slowDown' && new Set(alike.map(({ domain }) => domain)).size < 2;
}

function isAlike(each: Refusal, other: Refusal): boolean {
  // Relays have many words for one policy, and for what they hold against us.
  const isAny = other.kind === 'policy' || other.kind === 'relay';
  return each.kind === other.kind && (isAny || each.pattern === other.pattern);
}

/** Judges what the relay refused before it accepted a message that was begun afterwards. */
export function judgePast(
  past: readonly NumberedRefusal[],
  { accepted, refused }: Pick<RefusalState, 'accepted' | 'refused'>,
): ReadonlyMap<number, Judgement> {
  const unclear = past.filter(({ kind }) => kind === 'unclear');
  const heads = unclear.filter(({ isHead }) => isHead).length;
  const plausible = Math.max(1, (accepted + refused) * PLAUSIBLE_SHARE);
  const isPlausible = unclear.length - heads <= plausible;
  const isPlausibleHead = heads <= MOST_ASKED_FIRST;
  return new Map(
    past.map(({ id, kind, isHead }): readonly [number, Judgement] => {
      if (kind === 'relay') return [id, 'later'];
      if (kind === 'unclear')
        return [id, (isHead ? isPlausibleHead : isPlausible) ? 'reader' : 'later'];
      return [id, 'reader'];
    }),
  );
}

/**
 * Judges what the relay refused at the end of a run, with nobody asked afterwards. `hasAccepted`: it took
 * another message of the edition, in this run or an earlier one.
 */
export function judgeTail(
  { tail, accepted, isGivenUp }: Pick<RefusalState, 'tail' | 'accepted' | 'isGivenUp'>,
  hasAccepted: boolean,
): ReadonlyMap<number, Judgement> {
  const acceptedNow = accepted > 0;
  return new Map(
    tail.map((each): readonly [number, Judgement] => {
      if (isGivenUp) return [each.id, each.kind === 'slowDown' ? 'later' : 'us'];
      const alike = tail.filter((other) => isAlike(other, each)).length;
      return [each.id, judgeLast(each.kind, alike, { hasAccepted, acceptedNow })];
    }),
  );
}

function judgeLast(
  kind: ReplyClass,
  alike: number,
  { hasAccepted, acceptedNow }: { readonly hasAccepted: boolean; readonly acceptedNow: boolean },
): Judgement {
  switch (kind) {
    case 'noSuchAddress':
      if (alike <= FEW) return hasAccepted ? 'reader' : 'doubtful';
      return hasAccepted ? 'later' : 'us';
    case 'unclear':
    case 'relay':
      return hasAccepted ? 'later' : 'us';
    case 'mailboxTrouble':
      return alike <= FEW ? 'reader' : 'later';
    case 'policy':
      if (!hasAccepted) return 'us';
      // An editor resumed it, and these are refused again: the others were not.
      return acceptedNow && alike >= MOST_IN_A_ROW.unclear ? 'us' : 'reader';
    case 'slowDown':
      return 'later';
  }
}
