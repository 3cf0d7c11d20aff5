/**
 * A mail to one person about their subscriptions. `confirm`: asks whether they signed up;
 * `already`: they had, and signed up again; `welcome`; `preferences`: the link to their page;
 * `new-address`: asks whether it is theirs; `address-changed`: to the old one.
 */
export type NoticeKind =
  | 'confirm'
  | 'already'
  | 'welcome'
  | 'preferences'
  | 'new-address'
  | 'address-changed';

/**
 * `asked`: a stranger asked for it, and it is not decided yet whether the address gets one;
 * `dropped`: it does not, what it was about is over, or its address was erased.
 */
export type NoticeState = 'asked' | 'waiting' | 'sent' | 'failed' | 'dropped';

/** What the text of a notice needs besides: ids, no addresses. */
export interface NoticeFacts {
  readonly signUp?: string;
  readonly subscriber?: string;
  readonly change?: string;
  /** Ids, where there may be several. */
  readonly newsletters?: readonly string[];
}
