// The words that columns of the tables have: states, kinds and causes.

/** Where a subscription to one newsletter stands. Only `active` ones get editions. */
export type SubscriptionStatus = 'pending' | 'active' | 'unsubscribed' | 'bounced' | 'complained';

/** Statuses of those who must not be mailed again unless they ask themselves. */
export type DepartedStatus = Extract<SubscriptionStatus, 'unsubscribed' | 'bounced' | 'complained'>;

/** Where one edition to one subscriber stands; `delivery-events.ts` says what leads where. */
export type DeliveryState =
  | 'queued'
  | 'claimed'
  | 'submitting'
  | 'accepted'
  | 'deferred'
  | 'failed'
  | 'suppressed'
  | 'inDoubt';

/** Why a delivery failed: a relay's reply, too late, the edition was cancelled. */
export type FailureCause = 'reply' | 'stale' | 'cancelled';

/**
 * Who or what paused an edition: an editor, trouble of relay or account, refusals one after the other;
 * a post of it was taken away before anybody got it; or it waits for an editor to approve it, and
 * nothing else lets it go.
 */
export type PauseCause = 'editor' | 'relay' | 'refusals' | 'retraction' | 'approval';

/** How much room an edition gives to a story; `web`: on its page in the archive only. */
export type StoryRole = 'lead' | 'story' | 'headline' | 'web';

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

/**
 * Where a day of a newsletter's schedule stands.
 * `open`: due, somebody works on it or is about to; `waiting`: too few stories yet, it is looked
 * again; `approval`: composed, an editor is asked; `sending`: its edition is going out; `sent`,
 * `skipped` (nothing to send), `held` (an editor has to decide), `failed`: how it ended.
 */
export type SlotState =
  | 'open'
  | 'waiting'
  | 'approval'
  | 'sending'
  | 'sent'
  | 'skipped'
  | 'held'
  | 'failed';

/** What may happen to a subscription; `SubscriptionEvent` has what is known of each. */
export type SubscriptionEventKind =
  | 'signedUp'
  | 'joined'
  | 'confirmed'
  | 'left'
  | 'undone'
  | 'bounced'
  | 'complained'
  | 'restored'
  | 'lapsed'
  | 'erased'
  | 'moved'
  | 'merged';
