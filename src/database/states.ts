// The values of table columns: states, kinds and causes.

/**
 * The status of a subscription to one newsletter. Only `active` ones get editions. `paused`: its owner did not
 * answer whether they still read it; one click resumes it.
 */
export type SubscriptionStatus =
  | 'pending'
  | 'active'
  | 'paused'
  | 'unsubscribed'
  | 'bounced'
  | 'complained';

/** People with these statuses must not get mail again unless they sign up themselves. */
export type DepartedStatus = Extract<SubscriptionStatus, 'unsubscribed' | 'bounced' | 'complained'>;

/** The state of one edition's delivery to one subscriber. `delivery-events.ts` has the transitions. */
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
 * What paused an edition: an editor; a problem of the relay or account; refusals in a row; a post that
 * was removed before anybody got the edition; or a missing approval, and then only an editor's
 * approval releases it.
 */
export type PauseCause = 'editor' | 'relay' | 'refusals' | 'retraction' | 'approval';

/** How much space a story gets in an edition. `web`: only on its page in the archive. */
export type StoryRole = 'lead' | 'story' | 'headline' | 'web';

/**
 * A transactional mail to one person. `confirm`: asks whether they signed up; `already`: tells them that
 * they are subscribed already. Until a mail answers a sign-up, its kind is `confirm`. `welcome`;
 * `preferences`: the link to their page; `new-address`: asks whether it is theirs; `address-changed`: to
 * the old one; `leave`: asks whether they want to leave, after a mail that has no token; `still-reading`: asks
 * somebody silent; `report`: the numbers of an edition, to its editor.
 */
export type MailKind =
  | 'confirm'
  | 'already'
  | 'welcome'
  | 'preferences'
  | 'new-address'
  | 'address-changed'
  | 'leave'
  | 'still-reading'
  | 'report';

/**
 * `requested`: a form requested it, and it is not decided yet whether the address gets it; `dropped`: it
 * does not, the reason for it is gone, or the address was erased.
 */
export type MailState = 'requested' | 'waiting' | 'sent' | 'failed' | 'dropped';

/**
 * The state of a day in a newsletter's schedule. `open`: due, and in work or soon in work; `waiting`: too
 * few stories yet, it is checked again; `approval`: composed, an editor is asked; `sending`: its edition
 * is being sent; final: `sent`, `skipped` (nothing to send), `held` (an editor has to decide), `failed`.
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

/** What may happen to a subscription. `SubscriptionEvent` has the details of each. */
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
  | 'merged'
  | 'asked'
  | 'paused'
  | 'resumed';

/**
 * What a report says. `bounce`: a message was returned; `delayed`: a server still tries; `complaint`: a
 * reader called it spam; `unsubscribe`: a reader left by mail; `request`: the same without a token, which
 * a mail asks to confirm; `autoReply`: a program answered; `unknown`: it was not understood.
 */
export type FeedbackKind =
  | 'bounce'
  | 'delayed'
  | 'complaint'
  | 'unsubscribe'
  | 'request'
  | 'autoReply'
  | 'unknown';

/**
 * What a returned message says about its reader. `hard`: the address does not exist; `soft`: the mailbox
 * takes no mail at the moment, or the reason is not clear; `other`: it is about us or about the message.
 */
export type Severity = 'hard' | 'soft' | 'other';

/**
 * What the publisher's hooks are notified of. `join`: somebody gets a newsletter from now on, or by
 * another address; `leave`: they don't any more, because they or an editor said so; `bounce`,
 * `complaint`: the same for that reason; `sent`: no message of an edition waits any more.
 */
export type HookEventType = 'join' | 'leave' | 'bounce' | 'complaint' | 'sent';

/** A delivered event is deleted. `failed`: given up. */
export type HookEventState = 'waiting' | 'failed';
