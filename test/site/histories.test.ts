import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readIdentity } from '../../src/database/identity.ts';
import { storedInstant } from '../../src/database/instants.ts';
import { restoreBounced } from '../../src/delivery/bounces/restore-bounced.ts';
import { signToken } from '../../src/delivery/message/signed-token.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { confirmAddressChange, requestAddressChange } from '../../src/site/address-change.ts';
import { admitMails, forgetRequests } from '../../src/site/answer-requests.ts';
import { confirmSignUp } from '../../src/site/confirm-sign-up.ts';
import { preferencesToken } from '../../src/site/preferences.ts';
import { resubscribe, unsubscribe } from '../../src/site/unsubscribe.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { hashAddress } from '../../src/subscribers/keyed-hashes.ts';
import { requestedMails } from '../../src/subscribers/queries/mails.ts';
import { historiesOf } from '../../src/subscribers/queries/subscription-history.ts';
import { removeSubscriber } from '../../src/subscribers/remove-subscriber.ts';
import {
  applySubscriptionEvent,
  NO_SUBSCRIPTION,
  type SubscriptionEvent,
  type SubscriptionHistoryLine,
  type SubscriptionState,
} from '../../src/subscribers/subscription-events.ts';
import { testOnBoth } from '../support/databases.ts';
import { importText } from '../support/people.ts';
import { openSite, type Site, savePreferences, TIDES } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';
import { trials } from '../support/trials.ts';

const PEOPLE = ['ada@example.org', 'bob@example.org', 'cyd@example.org'];
const NEWSLETTERS = [NEWSLETTER, TIDES];

/** One thing that somebody does; `old` picks among the links that were mailed. */
type Act =
  | { readonly kind: 'signUp'; readonly who: number; readonly both: boolean }
  | { readonly kind: 'answer' | 'forget' }
  | { readonly kind: 'confirm' | 'undo' | 'confirmChange'; readonly old: number }
  | { readonly kind: 'click'; readonly old: number }
  | { readonly kind: 'prefer'; readonly who: number; readonly wanted: readonly number[] }
  | { readonly kind: 'change'; readonly who: number; readonly to: number }
  | {
      readonly kind:
        | 'add'
        | 'remove'
        | 'erase'
        | 'import'
        | 'importLeft'
        | 'bounce'
        | 'complain'
        | 'restore';
      readonly who: number;
    };

const who = fc.nat(PEOPLE.length - 1);
const old = fc.nat(20);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('signUp'), who, both: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('confirm'), old }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('click'), old }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo'), old }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change'), who, to: who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('confirmChange'), old }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('prefer'), who, wanted: fc.subarray([0, 1]) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['add', 'remove', 'erase', 'import', 'importLeft'] as const),
        ...(['bounce', 'complain', 'restore'] as const),
      ),
      who,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget') }) },
) as fc.Arbitrary<Act>;

/** What is known of one mailbox and newsletter: whether it may be active, by what happened. */
interface Known {
  /** Steps: when they last left, or were ended, and when they last agreed. */
  left: number;
  agreed: number;
  /** The step when they last left by their own will: not by a bounce. */
  willed: number;
}

/** Does things, and keeps the book of who agreed and who left, by what people did alone. */
class History {
  readonly site: Site;
  readonly known = new Map<string, Known>();
  readonly undoTokens: { token: string; who: string; newsletter: string; step: number }[] = [];
  /** Steps by the instant. */
  readonly stepAt = new Map<string, number>();
  step = 0;

  constructor(site: Site) {
    this.site = site;
  }

  of(person: string, newsletter: string): Known {
    const key = `${person} ${newsletter}`;
    const known = this.known.get(key) ?? { left: -1, agreed: -1, willed: -1 };
    this.known.set(key, known);
    return known;
  }

  leave(person: string, newsletters: readonly string[]): void {
    for (const newsletter of newsletters) {
      this.of(person, newsletter).left = this.step;
      this.of(person, newsletter).willed = this.step;
    }
  }

  /** `askedAt`: an agreement to what was asked for before they left is none. */
  agree(person: string, newsletters: readonly string[], askedAt?: string): void {
    for (const newsletter of newsletters) {
      const known = this.of(person, newsletter);
      const asked = askedAt === undefined ? this.step : (this.stepAt.get(askedAt) ?? -1);
      if (asked > known.left) known.agreed = this.step;
    }
  }
}

async function rowsOf({ deps }: Site) {
  return deps.store.db.selectFrom('subscribers').selectAll().orderBy('id').execute();
}

/** Decides about all that was asked for; sends nothing. */
async function decide({ deps }: Site): Promise<void> {
  await admitMails(deps, await requestedMails(deps.store.db, 100));
}

async function preferencesOf({ deps }: Site, person: string): Promise<string | undefined> {
  const { db } = deps.store;
  const row = await db
    .selectFrom('subscribers')
    .selectAll()
    .where('address_key', '=', person)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const addressHash = hashAddress((await readIdentity(db)).hash_key, address(person));
  return preferencesToken(deps, {
    subscriber: row.id,
    addressHash,
    at: storedInstant(deps.clock()),
  });
}

/** What they can still leave. */
async function haveNotLeft(site: Site, person: string): Promise<string[]> {
  const rows = (await rowsOf(site)).filter((each) => each.address_key === person);
  return rows
    .filter(({ status }) => status === 'active' || status === 'pending')
    .map(({ newsletter }) => newsletter);
}

async function perform(history: History, each: Act): Promise<void> {
  const { site } = history;
  const { deps } = site;
  const { db } = deps.store;
  const { secrets } = deps.config;
  const person = 'who' in each ? (PEOPLE[each.who] ?? '') : '';
  const expiresAt = deps.clock().add({ hours: 1 });
  switch (each.kind) {
    case 'signUp':
      await site.signUp(person, { newsletters: each.both ? NEWSLETTERS : [NEWSLETTER] });
      return;
    case 'answer':
      return decide(site);
    case 'forget':
      await forgetRequests(deps);
      return;
    case 'confirm': {
      const all = await db.selectFrom('sign_ups').selectAll().orderBy('at').execute();
      const signUp = all[each.old % Math.max(1, all.length)];
      if (signUp === undefined) return;
      const isFirst = signUp.confirmed_at === null;
      history.agree(signUp.address, isFirst ? signUp.newsletters.split(' ') : [], signUp.at);
      await confirmSignUp(deps, signToken('confirm', [signUp.id], { secrets, expiresAt }));
      return;
    }
    case 'click': {
      const rows = await rowsOf(site);
      const row = rows[each.old % Math.max(1, rows.length)];
      if (row === undefined) return;
      const whom = { newsletter: row.newsletter, subscriberId: row.id };
      const left = await unsubscribe(deps, unsubscribeToken(whom, secrets));
      const end = rows.find(({ id }) => id === row.moved_to) ?? row;
      history.leave(
        end.address_key,
        end.status === 'active' || end.status === 'pending' ? [row.newsletter] : [],
      );
      if (left !== undefined && end.status === 'active') {
        history.undoTokens.push({
          token: left.undoToken,
          who: end.address_key,
          newsletter: row.newsletter,
          step: history.step,
        });
      }
      return;
    }
    case 'undo': {
      const undo = history.undoTokens[each.old % Math.max(1, history.undoTokens.length)];
      if (undo === undefined) return;
      await resubscribe(deps, undo.token);
      // Only the last departure can be undone; then it is as good as a confirmation.
      const known = history.of(undo.who, undo.newsletter);
      if (known.left === undo.step) known.agreed = history.step;
      return;
    }
    case 'prefer': {
      const token = await preferencesOf(site, person);
      if (token === undefined) return;
      const wanted = each.wanted.map((index) => NEWSLETTERS[index] ?? '');
      const here = (await rowsOf(site)).filter(
        ({ address_key: key, status }) => key === person && status === 'active',
      );
      const unticked = here.filter(({ newsletter }) => !wanted.includes(newsletter));
      history.leave(
        person,
        unticked.map(({ newsletter }) => newsletter),
      );
      history.agree(person, wanted);
      await savePreferences(deps, token, wanted);
      return;
    }
    case 'change': {
      const token = await preferencesOf(site, person);
      const to = PEOPLE[each.to] ?? '';
      if (token === undefined || to === person) return;
      await requestAddressChange(deps, token, {
        address: address(to),
        language: 'en',
        ip: '192.0.2.1',
      });
      return;
    }
    case 'confirmChange': {
      const all = await db.selectFrom('address_changes').selectAll().orderBy('at').execute();
      const change = all[each.old % Math.max(1, all.length)];
      if (change === undefined || change.confirmed_at !== null) return;
      const before = await rowsOf(site);
      const token = signToken('new-address', [change.id], { secrets, expiresAt });
      const answer = await confirmAddressChange(deps, token);
      if (answer.kind !== 'done') return;
      const from = before.find(({ id }) => id === change.subscriber);
      const start = before.find(({ id }) => id === from?.moved_to) ?? from;
      const moved = before
        .filter((row) => row.address_key === start?.address_key && row.status === 'active')
        .map((row) => row.newsletter);
      if (start === undefined || start.address_key === change.address_key) return;
      history.leave(start.address_key, moved);
      // Agreed as well: unless they left it after they were asked.
      history.agree(change.address_key, moved, change.at);
      return;
    }
    case 'add':
      if (
        (await addSubscriber(deps, { newsletter: NEWSLETTER, address: address(person) })).result ===
        'added'
      ) {
        history.agree(person, [NEWSLETTER]);
      }
      return;
    case 'remove':
      if ((await haveNotLeft(site, person)).includes(NEWSLETTER))
        history.leave(person, [NEWSLETTER]);
      await removeSubscriber(deps, { newsletter: NEWSLETTER, address: address(person) });
      return;
    case 'erase':
      history.leave(person, NEWSLETTERS);
      await eraseSubscriber(deps, address(person));
      return;
    case 'import': {
      const before = (await rowsOf(site)).length;
      await importText({ ...site.testSite, deps }, `${person}\n`, { newsletter: NEWSLETTER });
      if ((await rowsOf(site)).length > before) history.agree(person, [NEWSLETTER]);
      return;
    }
    case 'importLeft': {
      const text = `email,status\n${person},unsubscribed\n`;
      const testSite = { ...site.testSite, deps };
      const { left, ended } = await importText(testSite, text, { newsletter: NEWSLETTER });
      // Of somebody who had left before it says nothing new.
      if (left + ended > 0) history.leave(person, [NEWSLETTER]);
      return;
    }
    case 'bounce': {
      const text = `email,status\n${person},bounced\n`;
      const testSite = { ...site.testSite, deps };
      const { left, ended } = await importText(testSite, text, { newsletter: NEWSLETTER });
      // Of somebody who had left before it says nothing new, and a confirmation proves more.
      // It is not their will, so `willed` stays as it was.
      if (left + ended > 0) history.of(person, NEWSLETTER).left = history.step;
      return;
    }
    case 'complain': {
      const text = `email,status\n${person},complained\n`;
      await importText({ ...site.testSite, deps }, text, { newsletter: NEWSLETTER });
      history.leave(person, [NEWSLETTER]);
      return;
    }
    case 'restore': {
      const addresses = [address(person)];
      const reports = await restoreBounced(deps, { addresses, newsletter: NEWSLETTER });
      if (!reports.some(({ result }) => result === 'restored')) return;
      const known = history.of(person, NEWSLETTER);
      assert.ok(known.willed <= known.agreed, `${person} had left`);
      known.agreed = history.step;
      return;
    }
  }
}

async function assertAllAgreed(history: History, acts: readonly Act[]): Promise<void> {
  for (const row of await rowsOf(history.site)) {
    if (row.status !== 'active') continue;
    const { left, agreed } = history.of(row.address_key, row.newsletter);
    const fact = `${row.address} is active in ${row.newsletter} after they left`;
    assert.ok(agreed > left, `${fact}: ${JSON.stringify(acts.slice(0, history.step + 1))}`);
  }
}

/** That each row is what the pure table makes of its history, event by event. */
async function assertHistoriesTell({ site }: History): Promise<void> {
  const rows = await rowsOf(site);
  const histories = await historiesOf(
    site.deps.store.db,
    rows.map(({ id }) => id),
  );
  for (const row of rows) {
    let known: SubscriptionState = NO_SUBSCRIPTION;
    for (const line of histories.get(row.id) ?? []) {
      known = applySubscriptionEvent(known, toEvent(line, known)) ?? known;
    }
    const told = [known.status, known.leftAt ?? null, known.leftByLinkAt ?? null];
    assert.deepEqual(told, [row.status, row.left_at, row.left_by_link_at]);
  }
}

function toEvent(
  { kind, at, source }: SubscriptionHistoryLine,
  { leftByLinkAt = '' }: SubscriptionState,
): SubscriptionEvent {
  const common = { at, source };
  const someone = address('someone@example.org');
  switch (kind) {
    case 'confirmed':
      return { ...common, kind, address: someone, consent: { at, source } };
    case 'left':
      return { ...common, kind, byLink: source === 'link' };
    case 'undone':
      return { ...common, kind, leftAt: leftByLinkAt };
    case 'moved':
      return { ...common, kind, address: someone };
    case 'merged':
      return { ...common, kind, address: someone, into: '' };
    default:
      return { ...common, kind };
  }
}

const RUNS = trials(20);

/** Histories that were wrong once. */
const FOUND_BEFORE: [Act[]][] = [
  // A complaint ends what was asked for since the last one.
  [
    [
      { kind: 'complain', who: 2 },
      { kind: 'signUp', who: 2, both: false },
      { kind: 'answer' },
      { kind: 'complain', who: 2 },
      { kind: 'confirm', old: 0 },
    ],
  ],
  // It also ends changes to its address, where it has no row to note it in.
  [
    [
      { kind: 'add', who: 0 },
      { kind: 'erase', who: 2 },
      { kind: 'change', who: 0, to: 2 },
      { kind: 'complain', who: 2 },
      { kind: 'confirmChange', old: 0 },
    ],
  ],
  // A bounce that is imported again says nothing new: who signed up since may confirm.
  [
    [
      { kind: 'bounce', who: 1 },
      { kind: 'signUp', who: 1, both: false },
      { kind: 'answer' },
      { kind: 'bounce', who: 1 },
      { kind: 'confirm', old: 0 },
    ],
  ],
];

testOnBoth(
  'in random histories of 30 acts nobody is active who has not agreed after they last left',
  async (t) => {
    const site = await openSite(t, {
      limits: { perIpPerHour: 1e5, perHour: 1e7, perAddressPerDay: 100 },
    });
    let actives = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 30 }), async (acts) => {
        const { db } = site.deps.store;
        for (const table of [
          'subscribers',
          'sign_ups',
          'mails',
          'address_changes',
          'journal',
          'subscription_events',
        ] as const) {
          await db.deleteFrom(table).execute();
        }
        const history = new History(site);
        for (const each of acts) {
          site.later({ seconds: 1 });
          history.stepAt.set(storedInstant(site.deps.clock()), history.step);
          await perform(history, each);
          await assertAllAgreed(history, acts);
          await assertHistoriesTell(history);
          history.step += 1;
        }
        actives += (await rowsOf(site)).filter(({ status }) => status === 'active').length;
      }),
      { numRuns: RUNS, examples: FOUND_BEFORE },
    );
    assert.ok(
      actives >= RUNS / 4,
      `${actives} were active in the end: the histories show something`,
    );
  },
);
