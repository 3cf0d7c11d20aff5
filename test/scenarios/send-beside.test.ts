import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, postText, type Run } from '../support/program.ts';
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
  t.after(() => inbox.close());
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
