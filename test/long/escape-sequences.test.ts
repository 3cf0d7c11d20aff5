import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProject, type Project, postText, type Run } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];
/** Clears a screen, names a window, shows text backwards, begins a line; C1's way to do the same. */
const HOSTILE = '\x1b[2J\x1b]0;owned\x07\u202egnp\u2066\u009b31m\x7f\u2028';
const ESC = '\x1b';

function openHostile(t: Parameters<typeof openProject>[0]): Project {
  const project = openProject(t);
  project.write(`posts/2026-03-19-a${HOSTILE}\nbroadsheet: all is well.md`, '---\ntitle: [\n---\n');
  project.write('posts/2026-03-18-b.md', postText(`Boats ${HOSTILE}`, '2026-03-18T09:00'));
  const strange = postText('Tides', '2026-03-17T09:00').replace(
    'date:',
    `lang: "${HOSTILE}"\ndate:`,
  );
  project.write(`posts/2026-03-17-${HOSTILE}.md`, strange);
  return project;
}

function assertHarmless({ stdout, stderr }: Run): void {
  for (const text of [stdout, stderr]) {
    const found = text.match(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/gu);
    assert.equal(found, null, JSON.stringify(text));
    assert.doesNotMatch(text, /^broadsheet: all is well/m);
  }
}

test('nothing in the name or the text of a post is a command to the terminal', async (t) => {
  const project = openHostile(t);
  for (const args of [['build'], ['check'], ['check', '--verbose'], ['preview', 'daily']]) {
    const run = await project.run(...args, ...NOW);
    assertHarmless(run);
    if (args[0] === 'build') assert.match(run.stderr, /a\\x1b\[2J\\x1b\]0;owned\\x07\\u202egnp/);
  }
  assertHarmless(await project.run('build', '--posts', `none${HOSTILE}`));
  assertHarmless(await project.run(`build${HOSTILE}`));
});

test('with --json the same is valid JSON, and is there as it is when it is read', async (t) => {
  const run = await openHostile(t).run('build', '--json', ...NOW);
  assertHarmless(run);
  const { posts } = run.json<{ posts: { leftOut: { file: string }[] } }>();
  assert.ok(posts.leftOut[0]?.file.includes(HOSTILE));
});

test('nothing in the name of a post is a command to whoever reads the log', async (t) => {
  const run = await openHostile(t).run('start', '--once', '--only', 'feeds');
  assertHarmless(run);
  assert.match(run.stdout, /\\\\x1b\[2J/);
});

test('colours of our own get through, those of a post do not', async (t) => {
  const project = openHostile(t);
  const run = await project.runWith({ FORCE_COLOR: '1', NO_COLOR: undefined }, 'build', ...NOW);
  assert.ok(run.stderr.includes(`${ESC}[31mleft out${ESC}[39m`), JSON.stringify(run.stderr));
  const others = run.stderr.replaceAll(/\x1b\[(?:31|33|39)m/g, '');
  assertHarmless({ ...run, stderr: others });
});
