import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../src/settings/load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-indentation-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ANNOTATED = readFileSync(join(import.meta.dirname, '../../config/broadsheet.yaml'), 'utf8');

/** The lines that are said about a config; none where it is right. */
function problemsOf(text: string): readonly string[] {
  const file = join(folder, 'paper.yaml');
  writeFileSync(file, text);
  try {
    loadConfig(file, {});
    return [];
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message.split('\n').map((line) => line.replace(file, ''));
  }
}

test('one line in the wrong column is one problem, wherever it is and however far it is off', () => {
  const lines = ANNOTATED.split('\n');
  const shifts: readonly ((line: string) => string)[] = [
    ...[1, 2, 3].map((columns) => (line: string) => ' '.repeat(columns) + line),
    ...[1, 2, 3].map(
      (columns) => (line: string) => line.replace(new RegExp(`^ {1,${columns}}`), ''),
    ),
    (line) => line.replace(/^ +/, '\t'),
  ];
  let wrong = 0;
  for (const [at, line] of lines.entries()) {
    if (!/^ *[^ #]/.test(line)) continue;
    for (const shift of shifts) {
      const problems = problemsOf(lines.with(at, shift(line)).join('\n'));
      assert.ok(problems.length <= 1, `line ${at + 1}: ${problems.join('\n')}`);
      // The place, or the other place that is named, is at most a few options off.
      wrong += problems.length;
    }
  }
  assert.ok(wrong > 80, `${wrong} of them are found`);
});

const SITE = `site:
  title: T
  url: https://example.org/
  author:
    name: N
`;

const CASES: readonly (readonly [what: string, text: string, problem: string])[] = [
  [
    'too far to the right',
    SITE.replace('  url', '   url'),
    ':3:4  begins in column 4, and line 2 in column 3; move one of them: options of one group begin in the same column',
  ],
  [
    'too far to the left',
    SITE.replace('  url', ' url'),
    ':3:2  begins in column 2, and line 2 in column 3; move one of them: options of one group begin in the same column',
  ],
  [
    'the first of a group',
    SITE.replace('  title', '   title'),
    ':3:3  begins in column 3, and line 2 in column 4; move one of them: options of one group begin in the same column',
  ],
  [
    'with a tab',
    SITE.replace('  url', '\turl'),
    ':3:1  is not YAML: Tabs are not allowed as indentation; write spaces',
  ],
  [
    'under the wrong group',
    `${SITE}    image: /a.png\n`,
    ':6:5  image belongs to site; move its line to the left, to column 3',
  ],
  [
    'beside its group',
    SITE.replace('    name', '  name'),
    ':5:3  name belongs to site.author; move its line to the right, below author',
  ],
  [
    'a whole group under another',
    `${SITE}  feeds:\n    items: 20\n  newsletters: []\n`,
    ':6:3  feeds belongs to the top of the file; move its line to the left, to column 1',
  ],
  [
    'an entry of a list',
    `${SITE}newsletters:\n  - id: a\n   name: A\n    subject: s\n`,
    ':8:4  begins in column 4, and line 7 in column 5; move one of them: options of one group begin in the same column',
  ],
];

for (const [what, text, problem] of CASES) {
  test(`an option in the wrong column: ${what}`, () => {
    assert.deepEqual(problemsOf(text), [problem]);
  });
}
