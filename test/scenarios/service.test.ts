import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, isDone, openSetting } from '../support/due-service.ts';
import type { Service } from '../support/service.ts';
import { askUrl, form } from '../support/web.ts';

test('an edition that is due is sent by itself, once, also over a restart', async (t) => {
  const setting = await openSetting(t, 20);
  const first = setting.start();
  await first.waitFor(isDone);
  assert.equal(await first.stop(), 0);
  assert.equal(await setting.start('--once').ended, 0);
  assert.deepEqual(
    setting.inbox.messages.map(({ to }) => to).toSorted(),
    setting.people.toSorted(),
  );
});

test('a service that is stopped in the middle of a send ends in order, and the next one goes on', async (t) => {
  let first: Service | undefined;
  const setting = await openSetting(t, 60, {
    onMessage: async ({ number }) => {
      if (number === 10) first?.kill('SIGTERM');
      if (number >= 10) await first?.waitFor(({ msg }) => msg === 'stopping');
      return undefined;
    },
  });
  first = setting.start();
  assert.equal(await first.ended, 0, first.text());
  const sent = setting.inbox.messages.length;
  assert.ok(sent >= 10 && sent < 60, `${sent} sent`);
  assert.equal(first.lines.at(-1)?.msg, 'stopped');
  const second = setting.start();
  await second.waitFor(isDone);
  assert.equal(await second.stop(), 0);
  assert.deepEqual(
    setting.inbox.messages.map(({ to }) => to).toSorted(),
    setting.people.toSorted(),
  );
});

test('start --once does what is due, and nothing when it is run again', async (t) => {
  const setting = await openSetting(t, 5);
  const once = () => setting.start('--once', '--only', 'schedule', 'archive', 'delivery').ended;
  assert.equal(await once(), 0);
  assert.deepEqual(
    setting.inbox.messages.map(({ to }) => to).toSorted(),
    setting.people.toSorted(),
  );
  assert.equal(await once(), 0);
  assert.equal(setting.inbox.messages.length, 5);
  assert.ok(
    setting.project.files().some((file) => /^public\/archive\/daily-.*index\.html$/.test(file)),
  );
});

test('start --once says by 75 that some wait, and by 69 that the relay is away', async (t) => {
  const setting = await openSetting(t, 5, {
    onRecipient: (address) =>
      address.startsWith('reader1@') ? { code: 450, text: '4.2.1 try later' } : undefined,
  });
  const once = () => setting.start('--once', '--quiet', '--only', 'schedule', 'delivery');
  assert.equal(await once().ended, 75);
  assert.equal(setting.inbox.messages.length, 4);
  const away = await openSetting(t, 5);
  await away.inbox.close();
  const run = away.start('--once', '--quiet', '--only', 'schedule', 'delivery');
  assert.equal(await run.ended, 69);
  assert.ok(run.lines.every(({ level }) => level === 'warn' || level === 'error'));
});

test('the log of a whole journey has no address and no token in it', async (t) => {
  const setting = await openSetting(t, 10, {
    onRecipient: (address) =>
      address.startsWith('reader1@')
        ? { code: 550, text: `5.1.1 <${address}>: Recipient address rejected` }
        : undefined,
  });
  const service = setting.start('--verbose');
  const url = await service.url();
  await service.waitFor(isDone);
  const at = (link: string) => new URL(new URL(link).pathname, url).href;
  const linkIn = (raw: Buffer, path: string) => {
    const text = raw.toString().replace(/=\r\n/g, '');
    const found = new RegExp(`https://paper\\.example/${path}/[\\w.~=-]+`).exec(text);
    assert.ok(found, `a link to ${path} in ${text}`);
    return found[0];
  };
  // Signing up, by the form.
  const { token } = JSON.parse((await askUrl(new URL('/api/form', url).href)).body);
  const taken = await askUrl(
    new URL('/subscribe/', url).href,
    form({ address: 'newcomer@example.org', newsletters: 'daily', newsletter: 'daily', token }),
  );
  assert.ok(taken.status < 400, taken.body);
  await arrived(setting, 1, service, (to) => to === 'newcomer@example.org');
  const [asked] = setting.inbox.messagesTo('newcomer@example.org');
  const confirm = linkIn(asked?.raw ?? Buffer.alloc(0), 'confirm');
  assert.equal((await askUrl(at(confirm))).status, 200);
  assert.ok((await askUrl(at(confirm), form({}))).status < 400);
  // Leaving, with one click.
  const [edition] = setting.inbox.messagesTo('reader2@example.org');
  const leave = linkIn(edition?.raw ?? Buffer.alloc(0), 'unsubscribe');
  assert.equal((await askUrl(at(leave))).status, 200);
  assert.equal((await askUrl(at(leave), form({ 'List-Unsubscribe': 'One-Click' }))).status, 200);
  assert.equal((await askUrl(`${at(leave)}x/%`)).status, 400);
  await askUrl(new URL('/preferences/?address=reader3@example.org', url).href);
  assert.equal(await service.stop(), 0);
  const text = service.text();
  const secrets = [
    ...setting.people,
    'newcomer@example.org',
    token,
    '127.0.0.1"',
    'a-key-for-tests',
  ];
  secrets.push(...[confirm, leave].map((link) => link.slice(link.lastIndexOf('/') + 1)));
  assert.deepEqual(
    secrets.filter((secret) => text.includes(secret)),
    [],
  );
  assert.match(text, /"route":"\/unsubscribe\/:token"/);
});
