import assert from 'node:assert/strict';
import { openStore } from '../../src/database/open-store.ts';
import { requestAddressChange } from '../../src/site/address-change.ts';
import { admitMails, answerAll } from '../../src/site/answer-requests.ts';
import { requestPreferences, requestSignUp } from '../../src/site/request-mail.ts';
import { openNoticeRoutes } from '../../src/site/send-mails.ts';
import { requestedMails } from '../../src/subscribers/queries/mails.ts';
import { testOnBoth } from '../support/databases.ts';
import { listenToStore } from '../support/listening-store.ts';
import { openSite, type Site } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const MANY = 10_000;
const PER_HOUR = 500;

/** Decides about all that was asked for; sends nothing. */
async function decide({ deps }: Site): Promise<void> {
  const { db } = deps.store;
  for (;;) {
    const requested = await requestedMails(db, 1000);
    if (requested.length === 0) return;
    for (const mail of requested) await admitMails(deps, [mail]);
  }
}

async function countWaiting({ deps }: Site): Promise<number> {
  const rows = await deps.store.db
    .selectFrom('mails')
    .select('id')
    .where('state', '=', 'waiting')
    .execute();
  return rows.length;
}

function count(answers: readonly string[], answer: string): number {
  return answers.filter((each) => each === answer).length;
}

/** 10.0.0.1, 10.0.0.2, ... */
function ipOf(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}

/** As many at once as a busy site has. */
async function askMany(many: number, ask: (index: number) => Promise<string>): Promise<string[]> {
  const answers: string[] = [];
  for (let start = 0; start < many; start += 50) {
    const indices = Array.from({ length: Math.min(50, many - start) }, (_, at) => start + at);
    answers.push(...(await Promise.all(indices.map(ask))));
  }
  return answers;
}

testOnBoth(
  `of ${MANY} requests from as many IPs for one address, 3 are answered by mail`,
  async (t) => {
    const site = await openSite(t, { limits: { perHour: PER_HOUR } });
    const answers = await askMany(MANY, (index) =>
      site.signUp(index % 2 === 0 ? ADA : 'ADA@example.org', { ip: ipOf(index) }),
    );
    assert.deepEqual(
      [count(answers, 'taken'), count(answers, 'busy')],
      [PER_HOUR, MANY - PER_HOUR],
    );
    await decide(site);
    assert.equal(await countWaiting(site), 3);
    for (let hours = 2; hours < 24; hours += 2) {
      site.later({ hours: 2 });
      await site.signUp(ADA, { ip: ipOf(hours) });
    }
    await decide(site);
    assert.equal(await countWaiting(site), 3);
    site.later({ hours: 2, seconds: 1 });
    await site.signUp(ADA, { ip: ipOf(MANY) });
    await decide(site);
    assert.equal(await countWaiting(site), 4, 'a day later there is room again');
  },
);

testOnBoth(
  'of 100 requests for as many sub-addresses of one mailbox, 3 are answered by mail',
  async (t) => {
    const site = await openSite(t, { subscribers: ['ada+list@example.org'] });
    await askMany(98, (index) => site.signUp(`Ada+${index}+x@example.org`, { ip: ipOf(index) }));
    await site.signUp(ADA, { ip: ipOf(98) });
    await site.askForPreferences('ada+list@example.org', ipOf(99));
    await decide(site);
    assert.equal(await countWaiting(site), 3);
    await site.signUp('adam+1@example.org', { ip: ipOf(100) });
    await site.signUp('ada+1@example.com', { ip: ipOf(101) });
    await decide(site);
    assert.equal(await countWaiting(site), 5, 'others have their own');
  },
);

testOnBoth(
  `of ${MANY} requests from one IP for as many addresses, 10 an hour are taken`,
  async (t) => {
    const site = await openSite(t);
    const answers = await askMany(MANY, (index) => site.signUp(`reader-${index}@example.org`));
    assert.deepEqual([count(answers, 'taken'), count(answers, 'busy')], [10, MANY - 10]);
    await decide(site);
    assert.equal(await countWaiting(site), 10);
    site.later({ hours: 1, seconds: 1 });
    assert.equal(await site.signUp('late@example.org'), 'taken');
  },
);

testOnBoth(
  'of 1,000 requests from one /56, and from one /48, of IPv6 an hour takes 20 and 50',
  async (t) => {
    const site = await openSite(t);
    const ask = (count: number, ipOfIndex: (index: number) => string) =>
      askMany(count, (index) =>
        site.signUp(`${ipOfIndex(index)}@example.org`.replaceAll(':', '-'), {
          ip: ipOfIndex(index),
        }),
      );
    const one = await ask(256, (index) => `2001:db8:0:${index.toString(16)}::1`);
    assert.deepEqual([count(one, 'taken'), count(one, 'busy')], [20, 236]);
    const wide = await ask(
      1000,
      (index) => `2001:db8:0:${(256 * (1 + (index % 200)) + index).toString(16)}::1`,
    );
    assert.equal(count(wide, 'taken'), 30, 'with the 20 before');
    assert.equal(await site.signUp('ada@example.org', { ip: '2001:db8:1::1' }), 'taken');
    site.later({ hours: 1, seconds: 1 });
    assert.equal(await site.signUp('bob@example.org', { ip: '2001:db8:0:1::1' }), 'taken');
  },
);

testOnBoth(
  'of 100 requests for as many spellings of one Gmail name, 3 are answered by mail',
  async (t) => {
    const site = await openSite(t);
    const spellings = (index: number) =>
      [...'ada.lovelace'.replace('.', '')]
        .map((letter, at) => ((index >> at) & 1 ? `${letter}.` : letter))
        .join('')
        .replace(/\.$/, '');
    await askMany(100, (index) =>
      site.signUp(`${spellings(index)}@${index % 2 ? 'gmail' : 'googlemail'}.com`, {
        ip: ipOf(index),
      }),
    );
    await decide(site);
    assert.equal(await countWaiting(site), 3);
    await site.signUp('a.d.a@example.org', { ip: ipOf(101) });
    await site.signUp('ada@example.org', { ip: ipOf(102) });
    await decide(site);
    assert.equal(await countWaiting(site), 5, 'elsewhere a dot makes another mailbox');
  },
);

testOnBoth(
  `of ${MANY} requests from as many IPs for as many addresses, ${PER_HOUR} an hour are taken`,
  async (t) => {
    const site = await openSite(t, { limits: { perHour: PER_HOUR } });
    const answers = await askMany(MANY, (index) =>
      site.signUp(`reader-${index}@example.org`, { ip: ipOf(index) }),
    );
    assert.deepEqual(
      [count(answers, 'taken'), count(answers, 'busy')],
      [PER_HOUR, MANY - PER_HOUR],
    );
    await decide(site);
    assert.equal(await countWaiting(site), PER_HOUR);
  },
);

testOnBoth('one IPv6 network of 64 bits is one sender, and another is another', async (t) => {
  const site = await openSite(t);
  const from = (ip: string) => site.signUp(`x${ip.length}@example.org`, { ip });
  for (let host = 1; host <= 10; host += 1) {
    assert.equal(await from(`2001:db8:0:1:${host}::${host}`), 'taken');
  }
  assert.equal(await from('2001:db8:0:1:ffff::1'), 'busy');
  assert.equal(await from('2001:db8:0:2::1'), 'taken');
});

testOnBoth('forms of every kind share the budgets', async (t) => {
  const site = await openSite(t, { subscribers: [ADA], limits: { perIpPerHour: 4 } });
  await site.askForPreferences(ADA, '192.0.2.9');
  await site.answer();
  const token = site.token(ADA, 'preferences');
  const request = { address: address('new@example.org'), language: 'en', ip: '192.0.2.1' };
  assert.equal(await requestAddressChange(site.deps, token, request), 'taken');
  assert.equal(await site.askForPreferences(ADA), 'taken');
  assert.equal(await site.signUp(ADA), 'taken');
  assert.equal(await site.signUp('bob@example.org'), 'taken');
  assert.equal(await site.signUp(ADA), 'busy');
  assert.equal(await site.askForPreferences(ADA), 'busy');
  assert.equal(await requestAddressChange(site.deps, token, request), 'busy');
  // To Ada went two links and what answers her sign-up, whoever asked.
  await decide(site);
  assert.equal(await site.askForPreferences(ADA, '192.0.2.2'), 'taken');
  await decide(site);
  await site.answer();
  assert.equal(site.mailsTo(ADA).length, 3);
});

testOnBoth(
  'several processes on one database keep the budgets together, and a restart forgets nothing',
  async (t) => {
    const site = await openSite(t);
    const store = await openStore(site.deps.config.databaseUrl);
    const other = { ...site.deps, store };
    try {
      const request = {
        address: address(ADA),
        newsletters: [NEWSLETTER],
        ...{ source: 'form', language: 'en', consentText: 'I want it.', ip: '192.0.2.1' },
      };
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          requestSignUp(index % 2 === 0 ? site.deps : other, request),
        ),
      );
      assert.equal(count(answers, 'taken'), 10);
      const { db } = store;
      const requested = await requestedMails(db, 100);
      await Promise.all([
        ...requested.map((mail) => admitMails(site.deps, [mail])),
        ...requested.map((mail) => admitMails(other, [mail])),
      ]);
      assert.equal(await countWaiting(site), 3);
    } finally {
      await store.close();
    }
    assert.equal(await site.signUp('bob@example.org'), 'busy');
  },
);

testOnBoth(
  'an IP is stored as a keyed hash only, which is another one in another database',
  async (t) => {
    const hashes: string[] = [];
    for (let times = 0; times < 2; times += 1) {
      const site = await openSite(t);
      await site.signUp(ADA, { ip: '192.0.2.77' });
      await site.askForPreferences(ADA, '192.0.2.77');
      await decide(site);
      const { db } = site.deps.store;
      const rows = [
        ...(await db.selectFrom('sign_ups').selectAll().execute()),
        ...(await db.selectFrom('mails').selectAll().execute()),
        ...(await db.selectFrom('subscribers').selectAll().execute()),
      ];
      assert.doesNotMatch(JSON.stringify(rows), /192\.0\.2/);
      for (const row of rows) if ('expires_at' in row) hashes.push(row.ip_hash ?? '');
    }
    assert.equal(new Set(hashes).size, 2);
  },
);

/** The statements that `work` runs, without their values. */
async function statementsOf(site: Site, work: (deps: Site['deps']) => Promise<unknown>) {
  const statements: string[] = [];
  const store = listenToStore(site.deps.store, (sql) => void statements.push(sql));
  await work({ ...site.deps, store });
  return statements;
}

testOnBoth(
  'a form does the same whether or not the address is known: statement for statement',
  async (t, database) => {
    const site = await openSite(t, { subscribers: [ADA] });
    await site.signUp(ADA);
    await site.answer();
    const form = { newsletters: [NEWSLETTER], source: 'form', language: 'en', consentText: 'x' };
    type Ask = (deps: Site['deps'], to: string, ip: string) => Promise<unknown>;
    const kinds: readonly (readonly [number, Ask])[] = [
      [5, (deps, to, ip) => requestSignUp(deps, { ...form, address: address(to), ip })],
      [4, (deps, to, ip) => requestPreferences(deps, { language: 'en', address: address(to), ip })],
    ];
    for (const [index, [statements, ask]] of kinds.entries()) {
      const known = await statementsOf(site, (deps) => ask(deps, ADA, `192.0.2.${index + 10}`));
      const unknown = await statementsOf(site, (deps) =>
        ask(deps, 'nobody@example.org', `192.0.2.${index + 20}`),
      );
      assert.deepEqual(known, unknown);
      // PostgreSQL has to be asked for the lock.
      assert.equal(known.length, statements + (database === 'PostgreSQL' ? 1 : 0));
      assert.doesNotMatch(known.join(), /subscribers/);
    }
  },
);

testOnBoth(
  'a mail is composed whether or not the address is known; for an unknown address it is thrown away',
  async (t) => {
    const site = await openSite(t, { subscribers: [ADA] });
    let composed = 0;
    const { templates } = site.deps;
    const counted = {
      ...templates,
      get noticeMjml() {
        composed += 1;
        return templates.noticeMjml;
      },
    };
    for (const [index, who] of [ADA, 'nobody@example.org'].entries()) {
      await site.askForPreferences(who, `192.0.2.${index}`);
      composed = 0;
      const deps = { ...site.deps, templates: counted };
      const routes = openNoticeRoutes(deps);
      try {
        await answerAll(deps, () => routes);
      } finally {
        await Promise.all(routes.map(({ relay }) => relay.close()));
      }
      assert.equal(composed, 1, who);
    }
    assert.deepEqual([site.mailsTo(ADA).length, site.mailsTo('nobody@example.org').length], [1, 0]);
  },
);
