import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { storedInstant } from '../../src/database/instants.ts';
import { openStore } from '../../src/database/open-store.ts';
import type { ImportReport } from '../../src/subscribers/import/import-subscribers.ts';
import { insertSignUps } from '../../src/subscribers/queries/sign-ups.ts';
import { openProject } from '../support/program.ts';
import { address } from '../support/test-site.ts';

test('an import names each refused line, stores nothing, and says how to continue', async (t) => {
  const project = openProject(t);
  project.write('people.txt', 'ada@example.org\nnobody\nbob@example.org\n');
  const refused = await project.run('subscribers', 'import', 'people.txt');
  assert.equal(refused.code, 65);
  assert.match(refused.stderr, /^refused {2}people\.txt:2 {2}"nobody" has no name before an @/m);
  assert.match(refused.stdout, /3 lines read: 2 to be subscribed, 1 refused/);
  assert.match(refused.stdout, /Nothing was stored, because 1 line was refused: .*--skip-refused/);
  assert.equal((await project.run('subscribers', 'list')).stdout, '');
  const taken = await project.run('subscribers', 'import', 'people.txt', '--skip-refused');
  assert.equal(taken.code, 0);
  assert.match(taken.stdout, /3 lines read: 2 subscribed, 1 refused/);
});

test('a dry run says that refused lines would keep the others out', async (t) => {
  const project = openProject(t);
  project.write('people.txt', 'ada@example.org\nnobody\n');
  const { code, stdout } = await project.run('subscribers', 'import', 'people.txt', '--dry-run');
  assert.equal(code, 65);
  assert.match(stdout, /^Dry run: nothing was stored, and nothing will be, because 1 line is/m);
});

test('a file that cannot be imported at all is refused with the kind of file', async (t) => {
  const project = openProject(t);
  project.write('export.zip', 'PK\x03\x04 and so on');
  const facts = {
    'none.csv': /^broadsheet: none\.csv {2}does not exist; name a CSV file/,
    config: /^broadsheet: config {2}is a folder; name a CSV file/,
    'export.zip': /^broadsheet: export\.zip {2}is a ZIP file or a workbook; unpack it, or save/,
  };
  for (const [file, message] of Object.entries(facts)) {
    const { stderr } = await project.run('subscribers', 'import', file);
    assert.match(stderr, message);
  }
});

test('an unknown newsletter is one error, without a part of a list', async (t) => {
  const project = openProject(t);
  await project.run('subscribers', 'add', 'ada@example.org');
  const list = await project.run('subscribers', 'list', '--newsletter', 'none', '--json');
  assert.equal(list.json<{ error: { exitCode: number } }>().error.exitCode, 64);
  const csv = await project.run('subscribers', 'export', '--newsletter', 'none');
  assert.deepEqual([csv.code, csv.stdout], [64, '']);
});

test('many refused lines are named a hundred at a time, all of them with --json', async (t) => {
  const project = openProject(t);
  project.write('people.txt', `ada@example.org\n${'nobody\n'.repeat(150)}`);
  const { stderr } = await project.run('subscribers', 'import', 'people.txt', '--dry-run');
  assert.equal(stderr.match(/^refused/gm)?.length, 100);
  assert.match(stderr, /and 50 more lines refused; --json lists them/);
  const { code, json } = await project.run('subscribers', 'import', 'people.txt', '--json');
  assert.equal(code, 65);
  const report = json<ImportReport>();
  assert.deepEqual([report.refused, report.refusedLines.length, report.stored], [150, 150, false]);
});

test('an import names the program of the export, and counts who still has to confirm', async (t) => {
  const project = openProject(t);
  project.write(
    'email_list.csv',
    'email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\nada@example.org,false,,other,false,2022-01-15,\n',
  );
  const args = ['subscribers', 'import', 'email_list.csv', '--status', 'pending'] as const;
  const { stdout } = await project.run(...args);
  assert.match(stdout, /^Read as an export of Substack\.\nColumns used:\n {2}email +as email\n/);
  assert.match(stdout, /^Columns not used: active_subscription, expiry, plan, first_payment_at$/m);
  assert.match(stdout, /^1 line read: 1 to be asked to confirm$/m);
  assert.match(stdout, /People who have to confirm get nothing/);
  const { json } = await project.run('subscribers', 'import', 'email_list.csv', '--json');
  assert.equal(json().provider, 'Substack');
});

test('an erasure has to be confirmed, and leaves the address in no file', async (t) => {
  const project = openProject(t);
  await project.run('subscribers', 'add', 'ada@example.org', 'bob@example.org');
  const asked = await project.run('subscribers', 'erase', 'ada@example.org');
  assert.equal(asked.code, 64);
  assert.match(asked.stderr, /there is no terminal to ask you; add --yes to erase/);
  const { code, stdout } = await project.run('subscribers', 'erase', 'ada@example.org', '--yes');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^ada@example\.org {2}erased from 1 newsletter; no import will add it again\n$/,
  );
  const holding = project
    .files()
    .filter((file) => readFileSync(join(project.folder, file)).includes('ada@example.org'));
  assert.deepEqual(holding, []);
  const added = await project.run('subscribers', 'add', 'ada@example.org');
  assert.equal(added.code, 65);
  assert.match(added.stdout, /stays unsubscribed \(erased since/);
});

test('all data about a person can be exported as JSON', async (t) => {
  const project = openProject(t);
  await project.run('subscribers', 'add', 'ada@example.org', '--name', 'Ada Quill');
  const { json } = await project.run('subscribers', 'show', 'ada@example.org', '--json');
  const { subscriptions } = json<{
    subscriptions: readonly { subscriber: Record<string, unknown>; deliveries: unknown[] }[];
  }>();
  assert.equal(subscriptions[0]?.subscriber.name, 'Ada Quill');
  assert.equal(subscriptions[0]?.subscriber.status, 'active');
  assert.deepEqual(subscriptions[0]?.deliveries, []);
});

test('a sign-up that waits to be confirmed is shown, with its consent and until when', async (t) => {
  const project = openProject(t);
  await project.run('subscribers', 'add', 'bob@example.org');
  const store = await openStore(`sqlite:${join(project.folder, '.broadsheet', 'broadsheet.db')}`);
  const now = Temporal.Now.instant();
  const signUp = {
    id: 'x',
    address: address('ada@example.org'),
    newsletters: ['politics-essential'],
    ...{ language: 'en', source: 'front page', consentText: 'I want it.' },
    at: storedInstant(now),
    expiresAt: storedInstant(now.add({ hours: 1 })),
  };
  await insertSignUps(store.db, [signUp]);
  await store.close();
  const { code, stdout } = await project.run('subscribers', 'show', 'Ada@example.org');
  assert.equal(code, 0);
  assert.match(
    stdout,
    /signed up for politics-essential by front page, .*; has to be confirmed by 2/,
  );
  const { json } = await project.run('subscribers', 'show', 'ada@example.org', '--json');
  assert.equal(
    json<{ signUps: { consentText: string }[] }>().signUps[0]?.consentText,
    'I want it.',
  );
});

test('people who bounced by an import are restored by a command, and their history records it', async (t) => {
  const project = openProject(t);
  project.write('bounced.csv', 'email,status\nada@example.org,bounced\nbob@example.org,bounced\n');
  await project.run('subscribers', 'add', 'ada@example.org', 'bob@example.org');
  await project.run('subscribers', 'import', 'bounced.csv');
  const unasked = await project.run('subscribers', 'restore', 'ada@example.org');
  assert.equal(unasked.code, 64);
  assert.match(unasked.stderr, /there is no terminal to ask you; add --yes to restore them/);
  const dry = await project.run('subscribers', 'restore', 'ada@example.org', '--dry-run');
  assert.match(dry.stdout, /^ada@example\.org {2}daily {2}would be subscribed again$/m);
  const done = await project.run('subscribers', 'restore', 'ada@example.org', '--yes');
  assert.equal(done.code, 0);
  assert.match(done.stdout, /^1 subscription restored\.$/m);
  const twice = await project.run('subscribers', 'restore', 'ada@example.org', '--yes', '--json');
  assert.equal(twice.code, 65);
  const [report] = twice.json<{ subscribers: { result: string; because: string }[] }>().subscribers;
  assert.deepEqual([report?.result, report?.because], ['kept', 'active']);
  const shown = await project.run('subscribers', 'show', 'ada@example.org');
  assert.match(
    shown.stdout,
    / joined +by command line\n.* bounced +by import bounced\.csv\n.* restored +by command line/,
  );
  const neither = await project.run('subscribers', 'restore');
  assert.deepEqual([neither.code, neither.stdout], [64, '']);
});

test('every command names a newsletter whose id changed in the config, until it is renamed', async (t) => {
  const project = openProject(t);
  await project.run('subscribers', 'add', 'ada@example.org');
  const config = readFileSync(join(project.folder, 'config/broadsheet.yaml'), 'utf8');
  project.write('config/broadsheet.yaml', config.replace('id: daily', 'id: weekly'));
  const named = /1 person is subscribed to "daily", which is not in the config/;
  for (const command of [['check'], ['subscribers', 'list'], ['send', 'weekly', '--dry-run']]) {
    assert.match((await project.run(...command)).stderr, named, command.join(' '));
  }
  const status = await project.run('status');
  assert.match(status.stdout, /^daily {2}is not in the config, and has 1 subscriber:$/m);
  const list = await project.run('newsletters', 'list');
  assert.match(list.stdout, /^daily +1 +0 {2}is not in the config$/m);
  const rename = ['newsletters', 'rename', 'daily', 'weekly'];
  assert.equal((await project.run(...rename)).code, 64);
  const renamed = await project.run(...rename, '--yes');
  assert.match(renamed.stdout, /^daily is weekly now, with 1 subscription and 0 editions\.$/m);
  assert.match((await project.run('subscribers', 'list')).stdout, /^ada@example\.org +active/);
  assert.doesNotMatch((await project.run('check')).stderr, named);
});
