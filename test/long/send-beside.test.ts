import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import {
  CONFIG,
  inheritedEnvironment,
  openProject,
  postText,
  type Run,
} from '../support/program.ts';
import { readers } from '../support/sending.ts';

interface Sent {
  readonly sent: number;
  readonly deliveries: Readonly<Record<string, number>>;
  readonly inDoubt: readonly unknown[];
}

test('a send beside a running one takes what that one does not hold, and nobody is served twice', async (t) => {
  const people = readers(60);
  let second: Promise<Run> | undefined;
  const inbox = await openInbox({
    // The first waits for a reply until the second is done with all the rest.
    onMessage: async ({ connection }) => {
      second ??= send();
      if (connection <= 2) await second;
      return undefined;
    },
  });
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t, { config: `${CONFIG}email: {connections: 2}\n` });
  const send = () =>
    project.runWith(
      { BROADSHEET_SMTP_URL: inbox.url },
      ...['send', 'daily', '--yes', '--json', '--now', '2026-03-20T07:00'],
    );
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  assert.equal((await project.run('subscribers', 'add', ...people)).code, 0);

  const first = await send();
  const beside = await second;
  assert.ok(beside);
  assert.equal(first.code, 0, first.stderr);
  // Somebody is still to be served by the first when the second has nothing left to do.
  assert.equal(beside.code, 75, beside.stderr);
  assert.deepEqual(inbox.messages.map(({ to }) => to).sort(), people.toSorted());
  const [one, two] = [first.json<Sent>(), beside.json<Sent>()];
  assert.equal(one.sent + two.sent, 60);
  assert.ok(two.sent >= 20, `${two.sent} by the second`);
  assert.equal(one.deliveries.accepted, 60);
  assert.deepEqual(one.inDoubt, []);
});

test('a send whose terminal is closed finishes what is in flight, and gives back the rest', async (t) => {
  const people = readers(60);
  let sender: ChildProcess | undefined;
  const inbox = await openInbox({
    onMessage: ({ number }) => {
      if (number !== 10) return undefined;
      // Nobody reads any more, and the system says so: before the sender has its reply.
      sender?.stderr?.destroy();
      sender?.kill('SIGHUP');
      return undefined;
    },
  });
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t, { config: `${CONFIG}email: {connections: 2}\n` });
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  assert.equal((await project.run('subscribers', 'add', ...people)).code, 0);
  const program = join(import.meta.dirname, '../../bin/broadsheet.js');
  const now = '2026-03-20T07:00';
  sender = spawn(
    process.execPath,
    [program, 'send', 'daily', '--yes', '--force', '--verbose', '--now', now],
    {
      cwd: project.folder,
      env: {
        ...inheritedEnvironment(),
        ...{ BROADSHEET_SMTP_URL: inbox.url, BROADSHEET_SECRET: 'a-key-for-tests-only' },
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const child = sender;
  cleanUpAfter(t, () => child.kill('SIGKILL'));
  const [code] = await once(sender, 'exit');
  assert.equal(code, 75);
  assert.ok(inbox.messages.length < 60, `${inbox.messages.length} were sent`);

  const rest = await project.runWith(
    { BROADSHEET_SMTP_URL: inbox.url },
    ...['send', 'daily', '--yes', '--json', '--now', now],
  );
  assert.equal(rest.code, 0, rest.stderr);
  assert.deepEqual(rest.json<Sent>().inDoubt, []);
  assert.deepEqual(inbox.messages.map(({ to }) => to).toSorted(), people.toSorted());
});
