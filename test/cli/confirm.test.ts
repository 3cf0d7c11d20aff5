import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirm } from '../../src/cli/shell.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { EXIT } from '../../src/kernel/errors.ts';
import { openProject, postText } from '../support/program.ts';

test('without a terminal to ask, a command shows and does nothing, and names --yes', async () => {
  const shown: string[] = [];
  const terminal = {
    ...processTerminal,
    ...{ interactive: false, err: (line: string) => void shown.push(line) },
  };
  const question = {
    ...{ to: 'launch it', message: 'Launch it?', otherwise: 'nothing was launched' },
    show: ['the rocket'],
  };
  await assert.rejects(confirm(question, terminal), {
    message: 'there is no terminal to ask you; add --yes to launch it',
    exitCode: EXIT.usage,
  });
  assert.deepEqual(shown, []);
});

test('every command that cannot be undone asks on a terminal, and otherwise needs --yes', async (t) => {
  const project = openProject(t);
  const { code } = await project.run('subscribers', 'add', 'ada@example.org');
  assert.equal(code, 0);
  const now = ['--now', '2026-03-20T07:00'];
  project.write('posts/2026-03-19-wall.md', postText('The wall stands'));
  const { edition } = (await project.run('compose', 'daily', '--json', ...now)).json<{
    edition: { id: string };
  }>();
  for (const [to, ...args] of [
    ['send', 'send', 'daily', ...now],
    ['cancel it', 'editions', 'cancel', edition.id],
    ['adopt', 'database', 'adopt'],
    ['erase', 'subscribers', 'erase', 'ada@example.org'],
  ]) {
    const asked = await project.run(...args);
    assert.equal(asked.code, 64, args.join(' '));
    assert.equal(
      asked.stderr.trim().split('\n').at(-1),
      `broadsheet: there is no terminal to ask you; add --yes to ${to}`,
    );
  }
});
