import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DkimRecord } from '../../src/delivery/message/dkim-keys.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { verdictsOn } from '../support/dkim.ts';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];
const RSA = '.broadsheet/rsa-202603.paper.example.pem';

function withKeys(...lines: readonly string[]): string {
  return `${CONFIG}email:\n  dkim:\n${lines.join('\n')}\n`;
}

test('a new key is private, its record is what receivers need, and messages are signed with it', async (t) => {
  const project = openProject(t);
  const made = await project.run('dkim', 'new', ...NOW);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(statSync(join(project.folder, RSA)).mode & 0o777, 0o600);
  assert.match(
    made.stdout,
    /name {3}rsa-202603\._domainkey\.paper\.example\n.*TXT\n.*v=DKIM1; k=rsa; p=MII/,
  );
  const [rsa = ''] = /^ +- \{domain: .*$/m.exec(made.stdout) ?? [];
  const second = await project.run('dkim', 'new', '--algorithm', 'ed25519', ...NOW);
  const [ed25519 = ''] = /^ +- \{domain: .*$/m.exec(second.stdout) ?? [];
  project.write('config/broadsheet.yaml', withKeys(rsa, ed25519));
  project.write('posts/a.md', postText('The wall stands'));
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const sent = await project.runWith(
    environment,
    'send',
    'daily',
    '--to',
    'ada@example.org',
    ...NOW,
  );
  assert.equal(sent.code, 0, sent.stderr);
  const shown = await project.run('dkim', 'show', '--json');
  const { keys } = shown.json<{ keys: readonly { readonly record: DkimRecord }[] }>();
  const [message] = inbox.messages;
  const records = keys.map(({ record }) => record);
  assert.deepEqual(await verdictsOn(message?.raw ?? Buffer.alloc(0), keys), ['pass', 'pass']);
  for (const { strings, value } of records) {
    assert.equal(strings.join(''), value);
    assert.ok(strings.every(({ length }) => length <= 255));
  }
  assert.ok((await project.run('dkim', 'show')).stdout.includes(records[0]?.value ?? '?'));
});

test('a key is never overwritten, and only made for a domain that mail is from', async (t) => {
  const project = openProject(t);
  await project.run('dkim', 'new', ...NOW);
  const again = await project.run('dkim', 'new', ...NOW);
  assert.equal(again.code, 64);
  assert.match(again.stderr, /exists, and keys are not overwritten; .*--selector/);
  for (const [option, value, message] of [
    ['--domain', 'other.example', /no newsletter is sent from other\.example .*paper\.example/],
    ['--selector', 'a b', /--selector "a b" is not a selector/],
    ['--algorithm', 'dsa', /dsa/],
  ] as const) {
    const { code, stderr } = await project.run('dkim', 'new', option, value);
    assert.equal(code, 64);
    assert.match(stderr, message);
  }
  assert.match((await project.run('dkim', 'show')).stdout, /lists no keys/);
});

test('a key that others can read is warned of; one in Git, or published, stops a send', async (t) => {
  const line = (file: string) => `    - {domain: paper.example, selector: a, keyFile: ../${file}}`;
  const project = openProject(t);
  await project.run('dkim', 'new', ...NOW);
  project.write('config/broadsheet.yaml', withKeys(line(RSA)));
  assert.doesNotMatch((await project.run('check')).stderr, /chmod/);
  chmodSync(join(project.folder, RSA), 0o644);
  const warned = await project.run('check');
  assert.match(warned.stderr, /every user of this machine.*`chmod 600 \.broadsheet\/rsa-202603/);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project.folder });
  git('init', '-q');
  git('add', '-f', RSA);
  const refused = await project.run('send', 'daily', ...NOW);
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /tracked by Git.*signs your mail.*`broadsheet dkim new`/);
  project.write('public/key.pem', 'a key');
  project.write('config/broadsheet.yaml', withKeys(line('public/key.pem')));
  const published = await project.run('send', 'daily', ...NOW);
  assert.equal(published.code, 78);
  assert.match(published.stderr, /anybody could download the key that signs your mail/);
});
