import type { DeliveryState } from '../../database/states.ts';
import type { EditionPageFile } from '../../editions/archive/publish-edition-page.ts';
import type { Edition, EditionPause, EditionPost } from '../../editions/edition.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { PostNotes } from '../../posts/report-posts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { DeliveryTable, Reply } from '../delivery.ts';
import { MOST_DOUBTS } from '../delivery-events.ts';
import type { GateFinding } from '../gate/finding.ts';
import type { FailedDelivery } from '../queries/deliveries.ts';
import type { Undecided } from '../queries/unfinished.ts';

/** An editor's options for a send. */
export interface SendOptions {
  /** Resumes a paused edition, even if its relay rests: the relay gets one message first. */
  readonly resume?: boolean;
  /** Sends again to those for whom an edition failed. */
  readonly retryFailed?: boolean;
  /** Overrides the newsletter's policy for messages in doubt. */
  readonly inDoubt?: 'resend' | 'skip';
  /** Sends although `serviceUrl` does not answer, or the edition does not pass the gate. */
  readonly force?: boolean;
  /** Sends an edition as it was composed, even if its posts have changed. */
  readonly asComposed?: boolean;
}

/** What `send` is about to do; nothing is stored or sent yet. */
export type SendPreparation =
  /** No unfinished edition, and no new posts to compose one from. */
  | (PostNotes & { readonly kind: 'nothingNew' })
  /** An edition waits for an editor to resume it, and there are no new posts. */
  | (PostNotes & {
      readonly kind: 'paused';
      readonly edition: Edition;
      readonly deliveries: DeliveryTable;
      readonly pause: EditionPause;
    })
  /**
   * There is an edition, but no recipient now: no subscribers (`deliveries.planned` is 0), everyone
   * has been served, or the remaining deliveries have to wait until `retryAt`.
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
      /** `new`: just composed, not stored; `composed`: stored, never sent; `unfinished`: sent in part. */
      readonly state: 'new' | 'composed' | 'unfinished';
      /** How many messages go out, if all goes well. */
      readonly recipients: number;
      /** The current numbers of an unfinished edition. */
      readonly deliveries: DeliveryTable;
      /** The options it was prepared with. */
      readonly options: SendOptions;
      /** What the gate found, if it looked already. */
      readonly findings?: readonly GateFinding[];
      /** Saves what composing found out (ids of posts); `deliverEdition` calls it. */
      readonly saveFiles: () => Promise<void>;
    });

/** The input of `deliverEdition`: a preparation that is ready. */
export type ReadySend = Extract<SendPreparation, { readonly kind: 'ready' }>;

/** An edition as reports name it. */
export interface ReportedEdition {
  readonly id: string;
  readonly subject: string;
  readonly posts: readonly Pick<EditionPost, 'file' | 'title' | 'url' | 'role'>[];
}

/** The result of `send`. */
export interface SendReport extends Undecided {
  readonly edition: ReportedEdition;
  /** Always balances (`balances`); otherwise the job throws. */
  readonly deliveries: DeliveryTable;
  /** Accepted in this run. */
  readonly sent: number;
  /** Every delivery of the edition that was ever in doubt, and its present state. */
  readonly inDoubt: readonly {
    readonly address: EmailAddress;
    readonly messageId: string;
    readonly at: string;
    /** How often it was in doubt. */
    readonly doubts: number;
    readonly state: DeliveryState;
  }[];
  readonly failures: readonly FailedDelivery[];
  /** Addresses whose subscriptions this edition found to be dead. */
  readonly bounced: readonly EmailAddress[];
  /** When the first waiting delivery is due, ISO 8601. */
  readonly retryAt?: string;
  readonly stopped?: Stopped;
  /** Its page in the archive, if it has one: written before the first message. */
  readonly page?: EditionPageFile;
}

/** Why a run ended before everyone was served. */
export interface Stopped {
  /**
   * `relay`: no relay works; `refusals`: too many refusals; `signal`: a signal stopped it; `quota`:
   * no relay may get more messages until `retryAt`, because our limits or theirs are reached, or
   * because they refuse everyone and rest; `paused`: an editor paused or cancelled it; `stale`: it
   * is too late.
   */
  readonly because: 'relay' | 'refusals' | 'signal' | 'quota' | 'paused' | 'stale';
  /** A phrase without a full stop. */
  readonly message: string;
  /** ISO 8601. */
  readonly retryAt?: string;
}

/** The result of a test send. */
export interface TestReport {
  readonly edition: ReportedEdition;
  readonly messages: readonly {
    readonly to: EmailAddress;
    readonly messageId: string;
    readonly accepted: boolean;
    readonly reply: Reply;
  }[];
}

/** An edition for reports: without its bodies. */
export function reportEdition({ id, subject, posts }: Edition): ReportedEdition {
  return {
    id,
    subject,
    posts: posts.map(({ id: _id, fingerprint: _fingerprint, ...post }) => post),
  };
}

/** What happens to messages in doubt: the editor's option, else the newsletter's policy. */
export function policyOf(
  { whenInDoubt }: NewsletterSettings,
  { inDoubt }: SendOptions,
): NewsletterSettings['whenInDoubt'] {
  return inDoubt ?? whenInDoubt;
}

/**
 * Up to how many doubts a message in doubt is sent again: 0 if it is never sent again, Infinity if
 * an editor asks for it.
 */
export function mostDoubtsResent(newsletter: NewsletterSettings, options: SendOptions): number {
  if (policyOf(newsletter, options) !== 'resend') return 0;
  return options.inDoubt === 'resend' ? Infinity : MOST_DOUBTS;
}
