/**
 * A mail to one person about their subscriptions. `confirm`: asks whether they signed up;
 * `already`: they had, and signed up again; `welcome`; `preferences`: the link to their page;
 * `new-address`: asks whether it is theirs; `address-changed`: to the old one; `approval`: an
 * edition to an editor.
 */
export type NoticeKind =
  | 'confirm'
  | 'already'
  | 'welcome'
  | 'preferences'
  | 'new-address'
  | 'address-changed'
  | 'approval';

/** `dropped`: what it was about is over, or its address was erased. */
export type NoticeState = 'waiting' | 'sent' | 'failed' | 'dropped';
