import assert from 'node:assert/strict';
import { restoreBounced } from '../../src/delivery/bounces/restore-bounced.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { changePreferences, readPreferences } from '../../src/site/preferences.ts';
import { personalData } from '../../src/site/show-subscriber.ts';
import { resubscribe, unsubscribe } from '../../src/site/unsubscribe.ts';
import { test } from '../support/databases.ts';
import { everyone, importText } from '../support/people.ts';
import { asShown, openSite, type Site, savePreferences, TIDES } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';

/** Opens the page of preferences, as in a tab that stays open. */
async function openTab(site: Site) {
  await site.askForPreferences(ADA);
  await site.answer();
  const token = site.token(ADA, 'preferences');
  const page = await readPreferences(site.deps, token);
  return { token, shown: (page?.subscriptions ?? []).map(asShown) };
}

async function linkOf(site: Site): Promise<string> {
  const [ada] = await everyone(site.testSite);
  const whom = { newsletter: NEWSLETTER, subscriberId: ada?.id ?? '' };
  return unsubscribeToken(whom, site.deps.config.secrets);
}

test('preferences that were opened before somebody left do not bring them back, and say so', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { token, shown } = await openTab(site);
  await unsubscribe(site.deps, await linkOf(site));
  const ticked = [NEWSLETTER, TIDES];
  const saved = await changePreferences(site.deps, token, { ticked, shown });
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
  assert.deepEqual(await site.statuses(TIDES), { [ADA]: 'active' });
  assert.deepEqual(
    saved?.leftMeanwhile.map(({ id }) => id),
    [NEWSLETTER],
  );
  // The page that says so is a new one: what is ticked there is meant.
  const again = (saved?.subscriptions ?? []).map(asShown);
  await changePreferences(site.deps, token, { ticked, shown: again });
  assert.deepEqual(await site.statuses(), { [ADA]: 'active' });
});

test('boxes that nobody touched keep the status that changed after the form was shown', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { token, shown } = await openTab(site);
  await savePreferences(site.deps, token, [NEWSLETTER, TIDES]);
  await changePreferences(site.deps, token, { ticked: [], shown });
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
  assert.deepEqual(await site.statuses(TIDES), { [ADA]: 'active' });
});

test('a form that does not say what it showed brings nobody back who left that day', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { token } = await openTab(site);
  await unsubscribe(site.deps, await linkOf(site));
  const form = { ticked: [NEWSLETTER, TIDES], shown: [] };
  const saved = await changePreferences(site.deps, token, form);
  assert.equal(saved?.leftMeanwhile.length, 1);
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
  assert.deepEqual(await site.statuses(TIDES), { [ADA]: 'active' });
  await changePreferences(site.deps, token, { ticked: [], shown: [] });
  assert.deepEqual(await site.statuses(TIDES), { [ADA]: 'unsubscribed' });
});

test('somebody who unticks a newsletter that bounced meanwhile has left, and is not restored', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { token, shown } = await openTab(site);
  await importText(site.testSite, `email,status\n${ADA},bounced\n`, { newsletter: NEWSLETTER });
  site.later({ minutes: 1 });
  await changePreferences(site.deps, token, { ticked: [], shown });
  const [report] = await restoreBounced(site.deps, { addresses: [address(ADA)] });
  assert.deepEqual([report?.result, report?.because], ['kept', 'unsubscribed']);
});

test('the preferences show a newsletter that is not in the config: people can leave it, but not join it', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { token } = await openTab(site);
  const newsletters = site.deps.config.newsletters.filter(({ id }) => id !== NEWSLETTER);
  const deps = { ...site.deps, config: { ...site.deps.config, newsletters } };
  const page = await readPreferences(deps, token);
  assert.deepEqual(page?.subscriptions.at(-1), {
    newsletter: { id: NEWSLETTER },
    status: 'active',
    leftAt: undefined,
  });
  const saved = await savePreferences(deps, token, []);
  assert.ok(saved?.subscriptions.every(({ newsletter }) => newsletter.id !== NEWSLETTER));
  await savePreferences(deps, token, [NEWSLETTER]);
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed' });
});

for (const status of ['complained', 'bounced']) {
  test(`an import that has somebody as ${status} who has left takes away their undo`, async (t) => {
    const site = await openSite(t, { subscribers: [ADA] });
    const undo = (await unsubscribe(site.deps, await linkOf(site)))?.undoToken ?? '';
    site.later({ minutes: 1 });
    const text = `email,status\n${ADA},${status}\n`;
    const { kept } = await importText(site.testSite, text, { newsletter: NEWSLETTER });
    assert.equal(kept, 1);
    assert.deepEqual(await site.statuses(), { [ADA]: status });
    assert.equal(await resubscribe(site.deps, undo), undefined);
    const milder = `email,status\n${ADA},unsubscribed\n`;
    await importText(site.testSite, milder, { newsletter: NEWSLETTER });
    assert.deepEqual(await site.statuses(), { [ADA]: status });
  });
}

test('the personal data contain the history of each subscription', async (t) => {
  const site = await openSite(t, { subscribers: [ADA] });
  const { token } = await openTab(site);
  await savePreferences(site.deps, token, [TIDES]);
  const data = (await personalData(site.deps, token)) as {
    readonly subscriptions: readonly {
      readonly newsletter: string;
      readonly history: readonly { readonly kind: string; readonly source: string }[];
    }[];
  };
  assert.deepEqual(
    data.subscriptions.map(({ newsletter, history }) => [
      newsletter,
      history.map(({ kind, source }) => `${kind} by ${source}`),
    ]),
    [
      [NEWSLETTER, ['joined by command line', 'left by preferences']],
      [TIDES, ['signedUp by preferences', 'confirmed by preferences']],
    ],
  );
});
