import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openImap } from '../../src/inbound/sources/imap.ts';
import type { MailSource } from '../../src/inbound/sources/mail-source.ts';
import { openMaildir } from '../../src/inbound/sources/maildir.ts';
import { openMbox } from '../../src/inbound/sources/mbox.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newFolder, test } from '../support/databases.ts';
import { openImapServer } from '../support/imap-server.ts';
import { readMail } from '../support/mails.ts';
import { openTestSite } from '../support/test-site.ts';

/** Set it to 100,000 to see that it makes no difference; that takes minutes. */
const MAILS = 30_000;
const MAIL = readMail('postfix-unknown-user');
/** The mails are 90 MB. */
const MOST_GROWTH = 16 * 1024 * 1024;

// What is garbage is not in use.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Reads all mails, and asserts that the second half needs no more memory than the first. */
async function readInConstantMemory(t: TestContext, source: MailSource): Promise<void> {
  let mails = 0;
  let half = 0;
  let most = 0;
  await source.read(async ({ bytes }) => {
    assert.equal(bytes.length >= MAIL.length - 200, true);
    mails += 1;
    if (mails % (MAILS / 20) > 0) return;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    if (mails <= MAILS / 2) half = Math.max(half, heapUsed + external);
    else most = Math.max(most, heapUsed + external);
  }, new AbortController().signal);
  await source.close();
  assert.equal(mails, MAILS);
  t.diagnostic(`at most ${half >> 20} MB in the first half, ${most >> 20} MB in the second`);
  assert.ok(most - half < MOST_GROWTH, `${(most - half) >> 20} MB more`);
}

test('a Maildir of many mails is read in constant memory', async (t) => {
  const folder = newFolder(t);
  for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(folder, name));
  for (let index = 0; index < MAILS; index += 1) {
    writeFileSync(join(folder, 'new', `${index}.mail`), MAIL);
  }
  await readInConstantMemory(t, openMaildir(folder));
});

test('an mbox of many mails is read in constant memory', async (t) => {
  const { deps } = await openTestSite(t);
  const path = join(newFolder(t), 'mbox');
  const file = openSync(path, 'w');
  const mail = `From x Fri Mar 20 07:00:00 2026\n${MAIL.toString().replaceAll('\r\n', '\n')}\n\n`;
  for (let index = 0; index < MAILS; index += 100) writeSync(file, mail.repeat(100));
  closeSync(file);
  utimesSync(path, 0, 0);
  await readInConstantMemory(t, openMbox(path, { store: deps.store, clock: systemClock }));
});

test('an IMAP mailbox of many mails is read in constant memory', async (t) => {
  const { deps } = await openTestSite(t);
  const server = await openImapServer(t);
  // All are the same bytes: the server needs no memory for them.
  server.mailboxes.set(
    'INBOX',
    Array.from({ length: MAILS }, (_, index) => ({ uid: index + 1, bytes: MAIL })),
  );
  const { port } = server;
  const settings = {
    host: '127.0.0.1',
    port,
    tls: 'no',
    user: 'bounces',
    mailbox: 'INBOX',
  } as const;
  const source = openImap(settings, { store: deps.store, password: 'secret' });
  await readInConstantMemory(t, source);
});
