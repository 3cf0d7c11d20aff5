import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from '../../support/databases.ts';
import { NEWSLETTER, openTestSite } from '../../support/test-site.ts';
import { form } from '../../support/web.ts';
import { openWholeTestSite, severalNewsletters } from '../../support/whole-test-site.ts';

const ADA = 'ada@example.org';
const WEEKLY = 'harbour-weekly';

/** The site with a weekly sister of its newsletter, and what Ada's subscriptions are. */
async function openWithSister(t: TestContext) {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  const [first, ...others] = severalNewsletters(testSite);
  assert.ok(first);
  const newsletters = [{ ...first, weekly: WEEKLY }, ...others];
  const site = await openWholeTestSite(t, { testSite, config: { newsletters } });
  const statuses = async () => {
    const rows = await testSite.deps.store.db
      .selectFrom('subscribers')
      .select(['newsletter', 'status'])
      .orderBy('newsletter')
      .execute();
    return rows.map(({ newsletter, status }) => `${newsletter} ${status}`);
  };
  return { ...site, statuses };
}

test('the pages that keep a newsletter or take its sister change nothing before their button', async (t) => {
  const { ask, tokens, rows } = await openWithSister(t);
  const link = `unsubscribe/${await tokens.unsubscribe(ADA)}`;
  const before = await rows();
  for (const path of ['keep', 'weekly']) {
    assert.equal((await ask(`${link}/${path}`)).status, 200);
    assert.equal((await ask(`${link}/${path}`, { method: 'HEAD' })).status, 200);
    assert.equal((await ask(`unsubscribe/x/${path}`)).status, 404);
  }
  assert.equal(await rows(), before);
});

test('the page after leaving offers the weekly sister in one click, and a person can undo that', async (t) => {
  const { ask, tokens, statuses } = await openWithSister(t);
  const link = `unsubscribe/${await tokens.unsubscribe(ADA)}`;
  const left = await ask(link, form({ page: '1' }));
  const action = /action="\/(unsubscribe\/[^"]+\/weekly)"/.exec(left.body)?.[1] ?? '';
  assert.match(left.body, /Get Harbour Weekly instead/);
  const taken = await ask(action, form({}));
  assert.match(taken.body, /you get Harbour Weekly instead of Politics Essential/);
  assert.deepEqual(await statuses(), [`${WEEKLY} active`, `${NEWSLETTER} unsubscribed`]);
  const undo = /action="\/(resubscribe\/[^"]+)"/.exec(taken.body)?.[1] ?? '';
  assert.equal((await ask(undo, form({}))).status, 200);
  assert.deepEqual(await statuses(), [`${WEEKLY} unsubscribed`, `${NEWSLETTER} active`]);
});

test('the preferences take the weekly sister, and resume what is paused, in one click', async (t) => {
  const { ask, tokens, statuses, testSite } = await openWithSister(t);
  const link = `preferences/${await tokens.preferences(ADA)}`;
  const press = async (text: RegExp) => {
    const { body } = await ask(link);
    const shown = /name="shown" value="([^"]*)"/.exec(body)?.[1] ?? '';
    const ticked = /value="([^"]+)"[^>]* checked/.exec(body)?.[1];
    const [, choose = ''] =
      [...body.matchAll(/name="choose" value="([^"]+)">([^<]+)</g)].find(([, , label]) =>
        text.test(label ?? ''),
      ) ?? [];
    assert.notEqual(choose, '');
    const boxes: Record<string, string> = ticked === undefined ? {} : { newsletters: ticked };
    return ask(link, form({ save: '1', shown, choose, ...boxes }));
  };
  await press(/Get Harbour Weekly instead/);
  assert.deepEqual(await statuses(), [`${WEEKLY} active`, `${NEWSLETTER} unsubscribed`]);
  await testSite.deps.store.db
    .updateTable('subscribers')
    .set({ status: 'paused' })
    .where('newsletter', '=', WEEKLY)
    .execute();
  await press(/Send it again/);
  assert.deepEqual(await statuses(), [`${WEEKLY} active`, `${NEWSLETTER} unsubscribed`]);
});
