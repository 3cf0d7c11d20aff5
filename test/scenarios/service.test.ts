import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newDatabase, test as testOnBoth } from '../support/databases.ts';
import { dueNow, watchedSinceYesterday } from '../support/due-now.ts';
import { type Inbox, type InboxOptions, openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, type Project, postText } from '../support/program.ts';
import { readers } from '../support/sending.ts';
import { type Service, startService } from '../support/service.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { askUrl, form } from '../support/web.ts';

const CONNECTIONS = 2;

interface Setting {
  readonly project: Project;
  readonly inbox: Inbox;
  readonly people: readonly string[];
  start(...args: string[]): Service;
}

/** A newsletter that is due now, with a post and readers. */
async function openSetting(
  t: TestContext,
  count: number,
  options?: InboxOptions,
): Promise<Setting> {
  const inbox = await openInbox(options);
  cleanUpAfter(t, () => inbox.close());
  const config = `${CONFIG}${dueNow()}email: {connections: ${CONNECTIONS}}\nweb: {signUp: {minimumSeconds: 0}}\n`;
  const project = openProject(t, { config });
  const yesterday = Temporal.Now.instant().subtract({ hours: 20 }).toString().slice(0, 19);
  project.write('posts/ferries.md', postText('Night ferries saved', yesterday));
  const people = readers(count);
  writeFileSync(join(project.folder, 'people.csv'), ['email', ...people].join('\n'));
  const databaseUrl = await newDatabase(t, { folder: project.folder });
  const environment = {
    ...{ BROADSHEET_SMTP_URL: inbox.url, BROADSHEET_MACHINE: 'ada' },
    BROADSHEET_DATABASE_URL: databaseUrl,
  };
  const imported = await project.runWith(environment, 'subscribers', 'import', 'people.csv');
  assert.equal(imported.code, 0, imported.stderr);
  await watchedSinceYesterday(databaseUrl);
  return {
    project,
    inbox,
    people,
    start: (...args) => startService(t, project, environment, args),
  };
}

/** Resolves when `count` messages of the inbox are to somebody whom `isMeant`. */
async function arrived(
  { inbox }: Setting,
  count: number,
  service: Service,
  isMeant: (address: string) => boolean = () => true,
): Promise<void> {
  await waitFor(`${count} messages in the inbox`, () => {
    assert.equal(service.child.exitCode, null, service.text());
    return inbox.messages.filter(({ to }) => isMeant(to)).length >= count;
  });
}

const isDone = ({ msg }: { msg: string }) => msg === 'this run of the edition is over';

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

test('a service that is killed in the middle of a send loses nobody, and doubts one message per connection', async (t) => {
  let first: Service | undefined;
  const setting = await openSetting(t, 60, {
    onMessage: ({ number }) => {
      if (number === 10) first?.kill('SIGKILL');
      return undefined;
    },
  });
  first = setting.start();
  assert.equal(await first.ended, undefined);
  const second = setting.start();
  await second.waitFor(isDone);
  assert.equal(await second.stop(), 0);
  const got = setting.inbox.messages.map(({ to }) => to);
  assert.deepEqual([...new Set(got)].toSorted(), setting.people.toSorted());
  assert.ok(got.length - 60 <= CONNECTIONS, `${got.length - 60} twice`);
  t.diagnostic(`60 of 60 served, ${got.length - 60} twice`);
});

testOnBoth('two services on one database send everyone one edition, once', async (t) => {
  const setting = await openSetting(t, 60);
  const services = [setting.start(), setting.start()];
  await Promise.any(services.map((service) => service.waitFor(isDone)));
  await arrived(setting, 60, services[0] as Service);
  for (const service of services) assert.equal(await service.stop(), 0, service.text());
  assert.deepEqual(
    setting.inbox.messages.map(({ to }) => to).toSorted(),
    setting.people.toSorted(),
  );
  const planned = services
    .flatMap(({ lines }) => lines)
    .filter(({ msg }) => msg === 'the slot was looked at');
  assert.equal(planned.length, 1, JSON.stringify(planned));
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

test('a database server that goes away and comes back does not end the service', async (t) => {
  const real = new URL(await newDatabase(t, { on: 'PostgreSQL' }));
  const proxy = await openProxy(t, Number(real.port));
  const through = new URL(real);
  through.port = String(proxy.port);
  const config = `${CONFIG}${dueNow()}`;
  const service = startService(t, openProject(t, { config }), {
    BROADSHEET_DATABASE_URL: through.href,
    BROADSHEET_SMTP_URL: 'smtp://127.0.0.1:9',
  });
  const ready = new URL('/readyz', await service.url()).href;
  const becomes = (status: number) =>
    waitFor(`${status} of /readyz`, async () => {
      const answer = await askUrl(ready);
      return answer.status === status && JSON.parse(answer.body);
    });
  await becomes(200);
  proxy.setAway(true);
  const away = await becomes(503);
  assert.deepEqual([away.database, away.feeds], ['away', 'built']);
  const at = (path: string) => new URL(path, ready).href;
  assert.equal((await askUrl(at('/healthz'))).status, 200);
  assert.equal((await askUrl(at('/rss.xml'))).status, 200);
  assert.ok((await askUrl(at('/archive/daily/'))).status < 500);
  assert.equal((await askUrl(at('/'))).status >= 500, true);
  proxy.setAway(false);
  await becomes(200);
  assert.equal((await askUrl(at('/'))).status, 200);
  assert.equal(await service.stop(), 0, service.text());
  assert.ok(!service.text().includes(through.password || 'no password'));
});
