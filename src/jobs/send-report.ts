import type { DeliveryState, DeliveryTable, Reply } from '../model/delivery.ts';
import type { Edition, EditionPost } from '../model/edition.ts';
import type { EmailAddress } from '../model/email-address.ts';
import type { PostNotes } from './report-posts.ts';

/** What `send` is about to do; nothing is stored or sent yet. */
export type SendPreparation =
  /** No unfinished edition, and nothing new to compose one from. */
  | (PostNotes & { readonly kind: 'nothingNew' })
  /**
   * There is an edition, but nobody to send it to now: nobody is subscribed (`deliveries.planned`
   * is 0), everyone was served, or those who are left have to wait until `retryAt`.
   */
  | (PostNotes & {
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
export interface SendReport {
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
    readonly state: DeliveryState;
  }[];
  readonly failures: readonly { readonly address: EmailAddress; readonly reply: Reply }[];
  /** When the first of the deferred ones is due, ISO 8601. */
  readonly retryAt?: string;
  /** Why the run ended before everyone was served, in a sentence with a remedy. */
  readonly stopped?: {
    readonly because: 'relay' | 'refusals' | 'signal';
    readonly message: string;
  };
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
