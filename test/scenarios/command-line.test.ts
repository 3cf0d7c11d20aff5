import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProject, runBroadsheet } from '../support/program.ts';

test('help names every command, with examples and exit codes, on standard output', async (t) => {
  const { folder } = openProject(t);
  const { code, stdout, stderr } = await runBroadsheet(['--help'], folder);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  for (const name of [
    'init',
    'build',
    'links',
    'check',
    'compose',
    'preview',
    'send',
    'editions',
    'subscribers',
    'demo',
  ]) {
    assert.match(stdout, new RegExp(`^  ${name}\\b`, 'm'));
  }
  assert.match(stdout, /Examples:/);
  assert.match(stdout, /Exit codes:/);
});

test('a wrong command line says so and ends with 64', async (t) => {
  const project = openProject(t);
  const cases = [
    ['biuld'],
    ['build', '--colour'],
    ['send'],
    ['build', '--now', 'yesterday'],
    ['send', 'weekly'],
    ['send', 'daily', '--to', 'not an address'],
    ['subscribers', 'add', 'nobody'],
    ['subscribers', 'list', '--status', 'asleep'],
    ['subscribers', 'import', 'no-such-file.csv'],
    ['editions', 'show', 'daily-1999-01-01'],
  ];
  for (const args of cases) {
    const { code, stdout, stderr } = await project.run(...args);
    assert.equal(code, 64, `${args.join(' ')}\n${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, /^broadsheet: \S/m);
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
  }
});

test('a broken config ends with 78, names the place, and nothing is written', async (t) => {
  const project = openProject(t, { config: 'site: {titel: x}\n' });
  const { code, stderr } = await project.run('build');
  assert.equal(code, 78);
  assert.match(
    stderr,
    /config\/broadsheet\.yaml:1:8 {2}site\.titel is not an option; did you mean title\?/,
  );
});

test('with --json an error is one JSON object on standard output too', async (t) => {
  const project = openProject(t, { config: 'site: {}\n' });
  const run = await project.run('build', '--json');
  assert.equal(run.code, 78);
  const { error } = run.json<{ error: { exitCode: number; message: string } }>();
  assert.equal(error.exitCode, 78);
  assert.match(error.message, /site\.title is missing/);
  for (const args of [['build', '--colour'], ['send'], ['biuld']]) {
    const wrong = await project.run(...args, '--json');
    assert.equal(wrong.json<{ error: { exitCode: number } }>().error.exitCode, 64);
  }
});

test('init makes a config that check takes, and never writes over one', async (t) => {
  const project = openProject(t);
  project.write('_posts/2026-03-19-a.md', '---\ntitle: A\n---\nHello.\n');
  const config = 'new/config/broadsheet.yaml';
  const made = await project.run('--config', config, 'init');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /made with Jekyll[\s\S]*posts in +_posts/);
  const checked = await project.run('--config', config, 'check', '--json');
  assert.equal(checked.code, 0, checked.stderr);
  assert.equal(checked.json<{ posts: { read: number } }>().posts.read, 1);
  assert.equal((await project.run('--config', config, 'init')).code, 64);
});

test('links prints the tags by which readers find the feeds', async (t) => {
  const project = openProject(t);
  const { code, stdout } = await project.run('links');
  assert.equal(code, 0);
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    '<link rel="alternate" type="application/rss+xml" title="The Test Paper (RSS)" href="https://paper.example/rss.xml">',
    '<link rel="alternate" type="application/atom+xml" title="The Test Paper (Atom)" href="https://paper.example/atom.xml">',
    '<link rel="alternate" type="application/feed+json" title="The Test Paper (JSON Feed)" href="https://paper.example/feed.json">',
  ]);
});
