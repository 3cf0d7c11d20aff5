import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { MOST_BYTES } from '../../src/inbound/mail/parse-mail.ts';
import { openImap } from '../../src/inbound/sources/imap.ts';
import type { MailSource } from '../../src/inbound/sources/mail-source.ts';
import { openMaildir } from '../../src/inbound/sources/maildir.ts';
import { openMbox } from '../../src/inbound/sources/mbox.ts';
import { readPipe } from '../../src/inbound/sources/read-pipe.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { newFolder, test, testOnBoth } from '../support/databases.ts';
import { openImapServer } from '../support/imap-server.ts';
import { openTestSite } from '../support/test-site.ts';

const NEVER = new AbortController().signal;

/** Reads a source, and returns the mails as text. `failAt`: the number of the mail that cannot be stored. */
async function readAll(source: MailSource, failAt = Infinity): Promise<readonly string[]> {
  const mails: string[] = [];
  const take = async ({ bytes }: { readonly bytes: Uint8Array }) => {
    if (mails.length + 1 === failAt) throw new Error('the database is away');
    mails.push(Buffer.from(bytes).toString());
  };
  await source.read(take, NEVER).catch((error: Error) => mails.push(error.message));
  return mails;
}

function makeMaildir(t: TestContext, names: readonly string[] = []): string {
  const folder = newFolder(t);
  for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(folder, name));
  for (const name of names) writeFileSync(join(folder, 'new', name), `Subject: ${name}\n\n`);
  return folder;
}

test('a Maildir is read once: a mail is marked as seen after it was stored', async (t) => {
  const folder = makeMaildir(t, ['1.a.host', '2.b.host']);
  const source = openMaildir(folder);
  const failed = await readAll(source, 2);
  assert.equal(failed.at(-1), 'the database is away');
  const rest = await readAll(source);
  const all = [...failed.slice(0, -1), ...rest].toSorted();
  assert.deepEqual(all, ['Subject: 1.a.host\n\n', 'Subject: 2.b.host\n\n']);
  assert.deepEqual(await readAll(source), []);
  assert.deepEqual(readdirSync(join(folder, 'cur')).toSorted(), ['1.a.host:2,S', '2.b.host:2,S']);
});

test('of a Maildir, nothing but files is read, and of a large file the beginning', async (t) => {
  const folder = makeMaildir(t);
  mkdirSync(join(folder, 'new', 'folder'));
  writeFileSync(join(folder, 'secret'), 'x');
  symlinkSync(join(folder, 'secret'), join(folder, 'new', 'link'));
  writeFileSync(join(folder, 'new', 'large'), Buffer.alloc(3 * MOST_BYTES));
  const sizes: number[][] = [];
  await openMaildir(folder).read(async ({ bytes, sizeBytes }) => {
    sizes.push([bytes.length, sizeBytes]);
  }, NEVER);
  assert.deepEqual(sizes, [[MOST_BYTES, 3 * MOST_BYTES]]);
});

test('a folder that is no Maildir is named, with a remedy', async (t) => {
  const [message] = await readAll(openMaildir(join(newFolder(t), 'missing')));
  assert.match(message ?? '', /missing {2}cannot be read: .*inbound\.maildir/);
});

/** An mbox with these texts, which has not changed for a minute. */
function writeMbox(path: string, texts: readonly string[]): void {
  const mails = texts.map(
    (text) => `From bounce@far.example Fri Mar 20 07:00:00 2026\n${text}\n\n`,
  );
  appendFileSync(path, mails.join(''));
  const then = systemClock().epochMilliseconds / 1000 - 60;
  utimesSync(path, then, then);
}

testOnBoth('an mbox is read once and never changed, with what a mail server appends', async (t) => {
  const { deps } = await openTestSite(t);
  const path = join(newFolder(t), 'mbox');
  const source = () => openMbox(path, { store: deps.store, clock: systemClock });
  assert.deepEqual(await readAll(source()), []);
  writeMbox(path, ['a: 1\n\n>From here', `b: 2\n\n${'y'.repeat(65_500)}`, 'c: 3']);
  const before = readFileSync(path);
  const mails = await readAll(source());
  assert.deepEqual(
    mails.map((mail) => mail.slice(0, 4)),
    ['a: 1', 'b: 2', 'c: 3'],
  );
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(await readAll(source()), []);
  writeMbox(path, ['d: 4']);
  assert.deepEqual(
    (await readAll(source())).map((mail) => mail.trim()),
    ['d: 4'],
  );
});

test('the last mail of an mbox counts when its writer is finished', async (t) => {
  const { deps } = await openTestSite(t);
  const path = join(newFolder(t), 'mbox');
  const source = openMbox(path, { store: deps.store, clock: systemClock });
  writeMbox(path, ['a: 1', 'b: 2']);
  appendFileSync(path, 'From x Fri Mar 20 07:00:00 2026\nc: half');
  assert.deepEqual(
    (await readAll(source)).map((mail) => mail.trim()),
    ['a: 1', 'b: 2'],
  );
  appendFileSync(path, ' and half\n\n');
  writeMbox(path, []);
  assert.deepEqual(
    (await readAll(source)).map((mail) => mail.trim()),
    ['c: half and half'],
  );
});

test('an mbox that was emptied or replaced is read from its start', async (t) => {
  const { deps } = await openTestSite(t);
  const path = join(newFolder(t), 'mbox');
  const source = openMbox(path, { store: deps.store, clock: systemClock });
  writeMbox(path, ['a: 1', 'b: 2']);
  assert.equal((await readAll(source)).length, 2);
  for (const texts of [
    ['c: 3'],
    ['d: 4, which is longer than what was there before', 'e: 5', 'f: 6'],
  ]) {
    writeFileSync(path, '');
    writeMbox(path, texts);
    assert.deepEqual(
      (await readAll(source)).map((mail) => mail.trim()),
      texts,
    );
  }
});

test('a mail of an mbox that cannot be stored is read again', async (t) => {
  const { deps } = await openTestSite(t);
  const path = join(newFolder(t), 'mbox');
  const source = openMbox(path, { store: deps.store, clock: systemClock });
  writeMbox(path, ['a: 1', 'b: 2']);
  assert.equal((await readAll(source, 2)).at(-1), 'the database is away');
  assert.deepEqual((await readAll(source)).map((mail) => mail.trim()).slice(-1), ['b: 2']);
});

async function openInbox(t: TestContext, moveTo?: string) {
  const { deps } = await openTestSite(t);
  const server = await openImapServer(t);
  const settings = {
    ...{ host: '127.0.0.1', port: server.port, user: 'bounces', mailbox: 'INBOX' },
    ...(moveTo !== undefined && { moveTo }),
    tls: 'no',
  } as const;
  const open = (password = 'secret') => openImap(settings, { store: deps.store, password });
  return { server, open };
}

testOnBoth('an IMAP mailbox is read once, by its UIDs, and nothing in it changes', async (t) => {
  const { server, open } = await openInbox(t);
  for (let index = 1; index <= 25; index += 1)
    server.deliver(Buffer.from(`Subject: ${index}\r\n\r\n`));
  const source = open();
  const mails = await readAll(source);
  assert.equal(mails.length, 25);
  assert.equal(mails[24], 'Subject: 25\r\n\r\n');
  assert.deepEqual(await readAll(source), []);
  const arrived = source.wait(NEVER);
  server.deliver(Buffer.from('Subject: 26\r\n\r\n'));
  await arrived;
  assert.equal((await readAll(source)).length, 1);
  await source.close();
  const again = open();
  assert.deepEqual(await readAll(again), []);
  await again.close();
  const changing = server.commands.filter((line) => /STORE|MOVE|EXPUNGE|COPY|^SELECT/i.test(line));
  assert.deepEqual(changing, []);
});

test('a new UIDVALIDITY means other mails: all are read again', async (t) => {
  const { server, open } = await openInbox(t);
  server.deliver(Buffer.from('Subject: 1\r\n\r\n'));
  const source = open();
  assert.equal((await readAll(source)).length, 1);
  await source.close();
  server.uidValidity = 2;
  const again = open();
  assert.equal((await readAll(again)).length, 1);
  await again.close();
});

test('mails that were stored are moved, if the config says where to, and others stay', async (t) => {
  const { server, open } = await openInbox(t, 'Done');
  for (let index = 1; index <= 15; index += 1)
    server.deliver(Buffer.from(`Subject: ${index}\r\n\r\n`));
  const source = open();
  assert.equal((await readAll(source, 12)).at(-1), 'the database is away');
  const sizes = () => [server.mailboxes.get('INBOX')?.length, server.mailboxes.get('Done')?.length];
  assert.deepEqual(sizes(), [5, 10]);
  assert.equal((await readAll(source)).length, 5);
  assert.deepEqual(sizes(), [0, 15]);
  await source.close();
});

test('a mailbox that gets no mail for a long time costs no listener each time', async (t) => {
  const { open } = await openInbox(t);
  const source = open();
  await readAll(source);
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  cleanUpAfter(t, () => process.off('warning', note));
  for (let minute = 0; minute < 20; minute += 1) {
    const looked = new AbortController();
    const waiting = source.wait(looked.signal);
    looked.abort();
    await waiting;
  }
  await source.close();
  // Node warns in the next turn.
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test('after a broken connection, IMAP goes on where it was', async (t) => {
  const { server, open } = await openInbox(t);
  server.deliver(Buffer.from('Subject: 1\r\n\r\n'));
  const source = open();
  assert.equal((await readAll(source)).length, 1);
  const broken = source.wait(NEVER);
  server.disconnect();
  await broken;
  server.deliver(Buffer.from('Subject: 2\r\n\r\n'));
  assert.deepEqual(await readAll(source), ['Subject: 2\r\n\r\n']);
  await source.close();
});

test('a wrong password, and a missing one, are said with a remedy', async (t) => {
  const { open } = await openInbox(t);
  const [message] = await readAll(open('wrong'));
  assert.match(message ?? '', /refuses the login: .*BROADSHEET_IMAP_PASSWORD/);
  assert.doesNotMatch(message ?? '', /wrong$/);
});

test('a mail from a pipe is read to its end, and its beginning is kept', async () => {
  async function* chunks() {
    yield Buffer.from('From x Fri Mar 20 07:00:00 2026\nSubject: x\n\n');
    for (let index = 0; index < 40; index += 1) yield Buffer.alloc(65_536, 'y');
  }
  const { bytes, sizeBytes } = await readPipe(chunks());
  assert.match(Buffer.from(bytes).toString().slice(0, 20), /^Subject: x/);
  assert.ok(bytes.length <= MOST_BYTES && sizeBytes > 40 * 65_536);
});
