import type { Reply } from './delivery.ts';

/** What a refusal is about, if it may be about the reader. */
export type ReplyClass =
  /** The address, explicitly. */
  | 'noSuchAddress'
  /** The recipient is refused without a reason: it may be the address, or our account. */
  | 'unclear'
  | 'mailboxTrouble'
  /** A destination asks for less mail, or defers the message. */
  | 'slowDown'
  /** The destination's policy does not allow our name or our message. */
  | 'policy'
  /** The relay, our account at it, our sender or our greeting. */
  | 'relay';

/** One message that a relay refused. */
export interface Refusal {
  /** Id of the delivery. */
  readonly id: number;
  readonly kind: ReplyClass;
  /** `replyPattern` of the reply. */
  readonly pattern: string;
  /** The reader's domain, or the provider of many domains. */
  readonly domain: string;
  /** Whether the relay refused for good, not just for now. */
  readonly isFinal: boolean;
}

/** A refusal with its number among those of its relay. */
export interface NumberedRefusal extends Refusal {
  /** 1 for the first. */
  readonly number: number;
  /**
   * Whether the relay had accepted nothing in this run before it: then no limit of a fresh hour can
   * be used up.
   */
  readonly isHead: boolean;
}

/** The replies of one relay in one run, the newest last. */
export interface RefusalState {
  readonly accepted: number;
  readonly refused: number;
  /** Refusals after which no newly begun message was accepted. */
  readonly tail: readonly NumberedRefusal[];
  /** For each of the last messages that the relay judged: whether it refused it for policy. */
  readonly window: readonly boolean[];
  /** It refused everyone before, and has accepted no message since: fewer refusals are enough to stop. */
  readonly isProbing: boolean;
  /**
   * It proved to refuse everyone in this run. Refusals of messages that were in flight then count
   * as the same.
   */
  readonly isGivenUp: boolean;
}

/**
 * What happens to a refused delivery:
 *
 *     reader    it is about the reader: failed; an address that does not exist ends the subscription
 *     doubtful  the reply names the address, but the relay accepted nothing: failed; no subscription ends
 *     later     it may be about us: tried again in an hour
 *     us        it is about us: requeued, and the relay rests
 */
export type Judgement = 'reader' | 'doubtful' | 'later' | 'us';

/** Why a relay should get no more messages for a while. */
export interface ReasonToStop {
  readonly kind: ReplyClass;
  readonly refusals: number;
  readonly of: number;
}

/**
 * This many refusals alike in a row, with no message accepted between them, are not about the
 * readers. Few if the replies do not name the reader; more if they do: many readers may have left
 * one company on one day.
 */
const MOST_IN_A_ROW: Readonly<Record<ReplyClass, number>> = {
  relay: 3,
  unclear: 5,
  noSuchAddress: 10,
  mailboxTrouble: 10,
  policy: 10,
  slowDown: 10,
};
const MOST_WHILE_PROBING: Readonly<Record<ReplyClass, number>> = {
  relay: 1,
  unclear: 1,
  noSuchAddress: 2,
  mailboxTrouble: 2,
  policy: 10,
  slowDown: 3,
};
/** With any replies. */
const MOST_OF_ANY_KIND = 25;

/** In the last `WINDOW` messages, this many refusals for policy are too many. */
const WINDOW = 50;
const MOST_POLICY_OF_WINDOW = 25;

/**
 * Up to this many refusals alike at the end of a run, with no message after them, may still be
 * about the readers.
 */
const FEW = 2;

/** This share of unclear refusals between accepted messages is plausible: a tenth, or at least one. */
const PLAUSIBLE_SHARE = 0.1;

/** A run starts with up to this many recipients whose last refusal was not settled (`planDeliveries`). */
export const MOST_ASKED_FIRST = 3;

/** The state of a relay before its first message. */
export function noRefusals(isProbing = false): RefusalState {
  return { accepted: 0, refused: 0, tail: [], window: [], isProbing, isGivenUp: false };
}

/**
 * The state after an accepted message that began when `refusedBefore` messages had been refused.
 * Also returns the refusals that are past now. Refusals of messages in flight at the same time are
 * not: this one shows nothing about them.
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

/** The state after the relay proved to refuse everyone: its refusals are given up. */
export function afterGivingUp(
  { accepted, refused }: RefusalState,
  isProbing: boolean,
): RefusalState {
  return { ...noRefusals(isProbing), accepted, refused, isGivenUp: true };
}

/** Why the relay should rest now; undefined if it should not. */
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

/**
 * A domain that asks for a slower pace has its own throttle: its requests say nothing about the
 * relay.
 */
function isOneDomain(kind: ReplyClass, alike: readonly Refusal[]): boolean {
  return kind === 'slowDown' && new Set(alike.map(({ domain }) => domain)).size < 2;
}

function isAlike(each: Refusal, other: Refusal): boolean {
  // Relays have many texts for one policy, and for their objections to us.
  const isAny = other.kind === 'policy' || other.kind === 'relay';
  return each.kind === other.kind && (isAny || each.pattern === other.pattern);
}

/** Judges the refusals before an accepted message that began after them. */
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
 * Judges the refusals at the end of a run, with no message after them. `hasAccepted`: the relay
 * accepted another message of the edition, in this run or an earlier one.
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
      // An editor resumed the edition, and these are refused again, but others were accepted.
      return acceptedNow && alike >= MOST_IN_A_ROW.unclear ? 'us' : 'reader';
    case 'slowDown':
      return 'later';
  }
}

/**
 * A reply without the parts that differ between messages: addresses, hosts, numbers, ids. If
 * replies to several readers have one pattern, they mean the same. Pure; never throws.
 */
export function replyPattern({ code, enhancedCode = '', text }: Reply, address: string): string {
  const [local = ''] = address.toLowerCase().split('@');
  const words = text
    .toLowerCase()
    .replaceAll(address.toLowerCase(), ' ')
    .replace(/https?:\S+/g, ' ')
    .replace(/[^\s<>"'(]+@[^\s<>"'),;:]+/g, ' ')
    .split(/[^\p{L}\p{N}.-]+/u)
    // Names of hosts, numbers, queue ids, and the reader's own name.
    .filter((word) => !/\d|\w\.\w/.test(word) && word !== local)
    .map((word) => word.replace(/^[.-]+|[.-]+$/g, ''));
  return [code, enhancedCode, ...words].filter((word) => word !== '').join(' ');
}
