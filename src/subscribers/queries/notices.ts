import type { NoticeKind, NoticeState } from '../../database/states.ts';
import type { Database, NoticesTable } from '../../database/tables.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { NoticeFacts } from '../notice.ts';

/** A mail to one person, before it is settled. */
export interface StoredNotice {
  /** Random; its Message-ID is made of it. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly newsletter?: string;
  readonly address: EmailAddress;
  /** Keyed hash of `addressKey(address)`. */
  readonly addressHash: string;
  readonly facts: NoticeFacts;
  /** BCP 47. */
  readonly language: string;
  /** ISO 8601 instant when it was asked for. */
  readonly at: string;
  /** Times that it was tried before. */
  readonly attempts: number;
}

/** What is known of a notice before it is stored. */
export interface NewNotice extends Omit<StoredNotice, 'attempts'> {
  /** Keyed hash of `mailboxKey(address)`, where the mail counts as one that a form asked for. */
  readonly mailboxHash?: string;
  /** Of whoever asked for it by a form. */
  readonly ipHash?: string;
  readonly state: Extract<NoticeState, 'asked' | 'waiting'>;
}

/** Puts a notice among those to be decided or sent. */
export async function insertNotice(db: Database, notice: NewNotice): Promise<void> {
  await db
    .insertInto('notices')
    .values({
      id: notice.id,
      kind: notice.kind,
      newsletter: notice.newsletter ?? null,
      address: notice.address,
      address_hash: notice.addressHash,
      mailbox_hash: notice.mailboxHash ?? null,
      ip_hash: notice.ipHash ?? null,
      facts: JSON.stringify(notice.facts),
      language: notice.language,
      at: notice.at,
      state: notice.state,
      attempts: 0,
      ...{ retry_at: null, lease_until: null, settled_at: null },
    })
    .execute();
}

/** Those that are not decided yet, oldest first. */
export async function askedNotices(db: Database, limit: number): Promise<readonly StoredNotice[]> {
  const rows = await db
    .selectFrom('notices')
    .selectAll()
    .where('state', '=', 'asked')
    .orderBy('at')
    .limit(limit)
    .execute();
  return rows.flatMap(noticesFromRow);
}

/** Lets one that was asked for go; false where somebody else decided about it. */
export async function letNoticeGo(db: Database, id: string, facts: NoticeFacts): Promise<boolean> {
  const result = await db
    .updateTable('notices')
    .set({ state: 'waiting', facts: JSON.stringify(facts) })
    .where('id', '=', id)
    .where('state', '=', 'asked')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** How many mails the mailbox got by any of its sub-addresses, or is to get, since `since`; not those that were dropped or are not decided. */
export async function countNoticesTo(
  db: Database,
  mailboxHash: string,
  since: string,
): Promise<number> {
  const row = await db
    .selectFrom('notices')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('mailbox_hash', '=', mailboxHash)
    .where('at', '>', since)
    .where('kind', 'in', ASKED_FOR_BY_FORM)
    .where('state', 'in', ['waiting', 'sent', 'failed'])
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Kinds that anybody can ask for by typing in an address. */
const ASKED_FOR_BY_FORM: readonly NoticeKind[] = [
  'confirm',
  'already',
  'preferences',
  'new-address',
];

/** How much was asked for by forms since `since`: from one IP, and in all. */
export async function countRequests(
  db: Database,
  since: string,
  ipHash: string,
): Promise<{ readonly ofIp: number; readonly inAll: number }> {
  const signUps = db
    .selectFrom('sign_ups')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('at', '>', since);
  const notices = db
    .selectFrom('notices')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('at', '>', since)
    // Those that answer a sign-up have none: they are counted with it.
    .where('ip_hash', 'is not', null);
  const counts = await db
    .selectNoFrom([
      signUps.where('ip_hash', '=', ipHash).as('signUpsOfIp'),
      notices.where('ip_hash', '=', ipHash).as('noticesOfIp'),
      signUps.as('signUps'),
      notices.as('notices'),
    ])
    .executeTakeFirstOrThrow();
  return {
    ofIp: Number(counts.signUpsOfIp) + Number(counts.noticesOfIp),
    inAll: Number(counts.signUps) + Number(counts.notices),
  };
}

/** Drops what is not to be mailed to mailboxes any more: of these kinds, for one newsletter or all. */
export async function dropNotices(
  db: Database,
  which: {
    readonly addressHashes: readonly string[];
    readonly kinds: readonly NoticeKind[];
    readonly newsletter?: string;
    readonly at: string;
  },
): Promise<void> {
  let query = db
    .updateTable('notices')
    .set({ ...ENDED, state: 'dropped', settled_at: which.at })
    .where('address_hash', 'in', which.addressHashes)
    .where('state', 'in', ['asked', 'waiting'])
    .where('kind', 'in', which.kinds);
  if (which.newsletter !== undefined) query = query.where('newsletter', '=', which.newsletter);
  await query.execute();
}

/** Drops one that was asked for, undecided. */
export async function dropAsked(db: Database, id: string, at: string): Promise<void> {
  await db
    .updateTable('notices')
    .set({ ...ENDED, state: 'dropped', settled_at: at })
    .where('id', '=', id)
    .where('state', '=', 'asked')
    .execute();
}

/** What a notice loses when it is over. */
export const ENDED = { address: null, facts: '{}', lease_until: null, retry_at: null } as const;

/** Forgets settled notices that were asked for before `before`; gives how many. */
export async function forgetNotices(db: Database, before: string): Promise<number> {
  const result = await db
    .deleteFrom('notices')
    .where('at', '<', before)
    .where('state', 'in', ['sent', 'failed', 'dropped'])
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** What is on record of mails to a mailbox, newest first. */
export async function noticesTo(
  db: Database,
  addressHashes: readonly string[],
): Promise<
  readonly { readonly kind: NoticeKind; readonly at: string; readonly state: NoticeState }[]
> {
  return db
    .selectFrom('notices')
    .select(['kind', 'at', 'state'])
    .where('address_hash', 'in', addressHashes)
    .orderBy('at', 'desc')
    .execute();
}

/** The notice of a row; none where it has lost its address. */
export function noticesFromRow(row: NoticesTable): StoredNotice[] {
  if (row.address === null) return [];
  return [
    {
      id: row.id,
      kind: row.kind,
      ...(row.newsletter === null ? {} : { newsletter: row.newsletter }),
      // It was parsed when it was stored.
      address: row.address as EmailAddress,
      addressHash: row.address_hash,
      facts: JSON.parse(row.facts) as NoticeFacts,
      language: row.language,
      at: row.at,
      attempts: row.attempts,
    },
  ];
}
