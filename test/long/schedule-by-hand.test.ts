import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { noteService } from '../../src/database/identity.ts';
import { openStore } from '../../src/database/open-store.ts';
import { insertSlot } from '../../src/schedule/queries/slots.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, type Project, postText } from '../support/program.ts';

const SCHEDULE = '    schedule: {cron: "0 7 * * 1-5", holidays: {country: GB, region: ENG}}\n';
const NOW = ['--now', '2026-03-20T10:30'];
const ADA = 'ada@example.org';

/** The slot that the service has entered for 20 March. */
async function enterSlot(project: Project): Promise<void> {
  const store = await openStore(`sqlite:${join(project.folder, '.broadsheet/broadsheet.db')}`);
  const slot = { newsletter: 'daily', day: '2026-03-20', dueAt: '2026-03-20T07:00:00.000Z' };
  await insertSlot(store.db, slot, slot.dueAt);
  // Where the service is said to be is nobody's address.
  await noteService(store.db, 'https://paper.example/');
  await store.close();
}

test('schedule prints the next ten times in the newsletter’s zone, with the holidays between, and changes nothing', async (t) => {
  const project = openProject(t, { config: CONFIG + SCHEDULE });
  const run = await project.run('schedule', '--now', '2026-03-26T08:00');
  assert.equal(run.code, 0, run.stderr);
  assert.equal(
    run.stdout,
    `daily  0 7 * * 1-5  (times in Europe/London)
last
  none yet; \`broadsheet start\` runs the schedule
next
  Fri  2026-03-27  07:00 GMT
  Mon  2026-03-30  07:00 BST
  Tue  2026-03-31  07:00 BST
  Wed  2026-04-01  07:00 BST
  Thu  2026-04-02  07:00 BST
  Fri  2026-04-03  07:00 BST  skipped  Good Friday
  Mon  2026-04-06  07:00 BST  skipped  Easter Monday
  Tue  2026-04-07  07:00 BST
  Wed  2026-04-08  07:00 BST
  Thu  2026-04-09  07:00 BST
  Fri  2026-04-10  07:00 BST
  Mon  2026-04-13  07:00 BST
`,
  );
  const json = (await project.run('schedule', '--json', '--now', '2026-03-26T08:00')).json<{
    newsletters: { newsletter: string; timeZone: string; next: { day: string; dueAt: string }[] }[];
  }>();
  assert.equal(json.newsletters[0]?.timeZone, 'Europe/London');
  assert.equal(json.newsletters[0]?.next[1]?.dueAt, '2026-03-30T06:00:00.000Z');
  assert.deepEqual(project.files(), ['config/broadsheet.yaml']);
  const none = openProject(t);
  assert.match((await none.run('schedule')).stdout, /^No newsletter has a schedule; /);
});

test('a country without known holidays stops check, schedule and start, but no command that needs no schedule', async (t) => {
  const project = openProject(t, { config: CONFIG + SCHEDULE.replace('GB, region: ENG', 'XX') });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  for (const command of [['check'], ['schedule'], ['start', '--once']]) {
    const run = await project.runWith({ BROADSHEET_SECRET: 'k'.repeat(32) }, ...command);
    assert.equal(run.code, 78, `${command.join(' ')}: ${run.stdout}${run.stderr}`);
    assert.match(
      run.stderr,
      /broadsheet\.yaml:\d+:\d+ {2}newsletters\[0\]\.schedule\.holidays\.country is XX, .*; write one of AD/,
    );
  }
  assert.ok(
    !project.files().some((file) => file.startsWith('.broadsheet/')),
    'nothing was started',
  );
  assert.equal((await project.run('build')).code, 0);
});

test('an editor has the edition of a held day sent, skips a future day, and sees both', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t, { config: CONFIG + SCHEDULE });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await project.run('subscribers', 'add', ADA);
  const run = (...args: string[]) =>
    project.runWith({ BROADSHEET_SMTP_URL: inbox.url }, ...args, ...NOW);
  assert.equal((await run('schedule', 'run', '2026-03-20')).code, 64);
  await enterSlot(project);
  const planned = await run('schedule', 'run', '2026-03-20');
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(planned.stdout, /^daily of 2026-03-20: sending\n.*run `broadsheet send daily`/);
  const again = await run('schedule', 'run', '2026-03-20');
  assert.equal(again.code, 64);
  assert.match(
    again.stderr,
    /has its edition already; `broadsheet editions show daily-2026-03-20`/,
  );
  assert.equal((await run('send', 'daily', '--yes')).code, 0);
  const skipped = await run('schedule', 'skip', '2026-03-24', '--reason', 'the office is closed');
  assert.equal(skipped.stdout, 'daily of 2026-03-24: skipped: the office is closed\n');
  const { stdout } = await run('schedule');
  assert.match(stdout, /last\n {2}Fri {2}2026-03-20 {2}07:00 GMT {2}sent {5}1 of 1\nnext\n/);
  assert.match(stdout, /Tue {2}2026-03-24 {2}07:00 GMT {2}skipped {2}the office is closed\n/);
  assert.equal(inbox.messages.length, 1);
});

test('no command sends an edition that waits for approval, and each names the command that approves it', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const config = `${CONFIG}${SCHEDULE}    approve: true\n    editor: editor@paper.example\n`;
  const project = openProject(t, { config });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await project.run('subscribers', 'add', ADA);
  await enterSlot(project);
  const run = (...args: string[]) =>
    project.runWith({ BROADSHEET_SMTP_URL: inbox.url }, ...args, ...NOW);
  assert.match(
    (await run('schedule', 'run', '2026-03-20')).stdout,
    /^daily of 2026-03-20: waits for approval/,
  );
  const refused = await run('send', 'daily', '--yes', '--resume');
  assert.equal(refused.code, 75);
  assert.match(
    refused.stdout,
    /waits for an editor to approve it. Nothing was sent.\n.*`broadsheet editions approve daily-2026-03-20`/,
  );
  assert.equal(inbox.messages.length, 0);
  const approved = await project.run('editions', 'approve', 'daily-2026-03-20');
  assert.equal(approved.code, 0, approved.stderr);
  assert.match(approved.stdout, /^daily-2026-03-20 is approved, for 1 subscriber\.\n/);
  assert.equal((await run('send', 'daily', '--yes', '--edition', 'daily-2026-03-20')).code, 0);
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    [ADA],
  );
});
