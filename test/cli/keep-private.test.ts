import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withExcluded, withIgnored } from '../../src/cli/init/keep-private.ts';

const NAMES = ['/.broadsheet/', '/preview/'];

test('.gitignore gets its missing lines once, with its own line ends', () => {
  const fresh = '# Broadsheet\n/.broadsheet/\n/preview/\n';
  assert.equal(withIgnored('', NAMES).text, fresh);
  assert.equal(withIgnored(fresh, NAMES).text, fresh);
  const windows = withIgnored('a\r\nb', NAMES).text;
  assert.equal(windows, 'a\r\nb\r\n\r\n# Broadsheet\r\n/.broadsheet/\r\n/preview/\r\n');
  for (const written of [
    '.broadsheet',
    '/.broadsheet',
    '.broadsheet/',
    '**/.broadsheet/**',
    '.broadsheet/*  ',
  ]) {
    assert.deepEqual(withIgnored(`${written}\n`, NAMES).added, ['/preview/'], written);
  }
  for (const other of ['!.broadsheet', '# .broadsheet', 'x/.broadsheet']) {
    assert.deepEqual(withIgnored(`${other}\n`, NAMES).added, NAMES, other);
  }
});

test('names are added to exclude in a _config.yml, and nothing else in the file changes', () => {
  const cases: [string, string][] = [
    ['exclude:\n  - a # why\n# end\nb: 1\n', 'exclude:\n  - a # why\n  - config/\n# end\nb: 1\n'],
    ['exclude:\n- "a"', 'exclude:\n- "a"\n- config/\n'],
    ['exclude: [a, b] # c\nx: y\n', 'exclude: [a, b, config/] # c\nx: y\n'],
    [
      'x: 1\r\nexclude:\r\n    -   a\r\n\r\ny: 2',
      'x: 1\r\nexclude:\r\n    -   a\r\n    -   config/\r\n\r\ny: 2',
    ],
  ];
  for (const [text, expected] of cases) {
    assert.equal(withExcluded(text, ['config/'])?.text, expected);
    assert.deepEqual(withExcluded(expected, ['config/'])?.added, [], 'only once');
  }
});

test('a new exclude in a _config.yml contains the default exclusions of Jekyll', () => {
  for (const text of ['title: T\n', '', '# nothing yet\n']) {
    const changed = withExcluded(text, ['config/', 'node_modules/']);
    assert.ok(changed, text);
    assert.ok(changed.text.startsWith(text), text);
    assert.match(
      changed.text,
      /^exclude:\n {2}- Gemfile\n[\s\S]* {2}- vendor\/ruby\/\n {2}- config\/\n$/m,
    );
    assert.equal(changed.text.match(/node_modules/g)?.length, 1);
  }
});

test('a _config.yml that a change could break stays unchanged', () => {
  for (const text of [
    'exclude: a\n',
    'exclude:\n',
    'exclude: []\n',
    '{title: T}\n',
    'title: T\n...\n',
    'title: [\n',
    'a: &list [x]\nexclude: *list\n',
    'exclude:\n  - >\n    a\nb: 1\n',
    '- a\n',
  ]) {
    assert.equal(withExcluded(text, ['config/']), undefined, text);
  }
});
