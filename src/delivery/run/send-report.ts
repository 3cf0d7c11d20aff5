import type { DeliveryState } from '../../database/states.ts';
import type { EditionPageFile } from '../../editions/archive/publish-edition-page.ts';
import type { Edition, EditionPause, EditionPost } from '../../editions/edition.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import type { DeliveryTable, Reply } from '../delivery.ts';
import type { FailedDelivery } from '../queries/deliveries.ts';
import type { Undecided } from '../queries/unfinished.ts';

/** What an editor asks of a send besides. */
export interface SendOptions {
  /** Goes on with an edition that was paused, also by a relay that rests: it is given one message first. */
  readonly resume?: boolean;
  /** Sends to those once more for whom an edition failed. */
  readonly retryFailed?: boolean;
  /** Overrules the newsletter's policy for what is in doubt. */
  readonly inDoubt?: 'resend' | 'skip';
  /** Sends although `serviceUrl` does not answer. */
  readonly force?: boolean;
  /** Sends an edition as it was composed, whatever became of its posts. */
  readonly asComposed?: boolean;
}

/** What `send` is about to do; nothing is stored or sent yet. */
export type SendPreparation =
  /** No unfinished edition, and nothing new to compose one from. */
  | (PostNotes & { readonly kind: 'nothingNew' })
  /** An edition waits for an editor to let it go on, and there is nothing new besides. */
  | (PostNotes & {
      readonly kind: 'paused';
      readonly edition: Edition;
      readonly deliveries: DeliveryTable;
      readonly pause: EditionPause;
    })
  /**
   * There is an edition, but nobody to send it to now: nobody is subscribed (`deliveries.planned`
   * is 0), everyone was served, or those who are left have to wait until `retryAt`.
   */
  | (PostNotes &
      Undecided & {
        readonly kind: 'nobody';
        readonly edition: Edition;
        readonly deliveries: DeliveryTable;
        /** ISO 8601. */
        readonly retryAt?: string;
      })
  | (PostNotes & {
      readonly kind: 'ready';
      readonly edition: Edition;
      /** `new`: composed just now, not stored; `composed`: stored, never sent; `unfinished`: goes on. */
      readonly state: 'new' | 'composed' | 'unfinished';
      /** How many messages go out, if all goes well. */
      readonly recipients: number;
      /** As it stands, of an unfinished edition. */
      readonly deliveries: DeliveryTable;
      /** What was asked for besides. */
      readonly options: SendOptions;
      /** Remembers what composing found out (ids of posts); `deliverEdition` calls it. */
      readonly remember: () => void;
    });

/** What `deliverEdition` is given: a preparation that is ready. */
export type ReadySend = Extract<SendPreparation, { readonly kind: 'ready' }>;

/** An edition as reports name it. */
export interface ReportedEdition {
  readonly id: string;
  readonly subject: string;
  readonly posts: readonly Pick<EditionPost, 'file' | 'title' | 'url' | 'role'>[];
}

/** What `send` did. */
export interface SendReport extends Undecided {
  readonly edition: ReportedEdition;
  /** Balances (`balances`), or the job throws. */
  readonly deliveries: DeliveryTable;
  /** Accepted in this run. */
  readonly sent: number;
  /** Every delivery of the edition that was ever in doubt, and what it is now. */
  readonly inDoubt: readonly {
    readonly address: EmailAddress;
    readonly messageId: string;
    readonly at: string;
    /** How often it came to be in doubt. */
    readonly doubts: number;
    readonly state: DeliveryState;
  }[];
  readonly failures: readonly FailedDelivery[];
  /** Whose subscriptions this edition found to be dead. */
  readonly bounced: readonly EmailAddress[];
  /** When the first of those that wait is due, ISO 8601. */
  readonly retryAt?: string;
  readonly stopped?: Stopped;
  /** Its page in the archive, where it has one: written before the first message. */
  readonly page?: EditionPageFile;
}

/** Why a run ended before everyone was served. */
export interface Stopped {
  /**
   * `relay`: no relay works; `refusals`: too many of them; `signal`: it was asked to stop; `quota`: the relays have had all that they
   * may be given until `retryAt`, by our limits or by theirs, or refuse everyone and rest until then; `paused`: by an editor, or cancelled; `stale`: it is too late.
   */
  readonly because: 'relay' | 'refusals' | 'signal' | 'quota' | 'paused' | 'stale';
  /** A phrase without a full stop. */
  readonly message: string;
  /** ISO 8601. */
  readonly retryAt?: string;
}

/** What a test send did. */
export interface TestReport {
  readonly edition: ReportedEdition;
  readonly messages: readonly {
    readonly to: EmailAddress;
    readonly messageId: string;
    readonly accepted: boolean;
    readonly reply: Reply;
  }[];
}
