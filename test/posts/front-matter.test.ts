import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parsed, parsedPost, postWith, problemOf } from './posts.ts';

const dated = (line: string) => `---\n${line}\ndate: 2026-03-20\n---\nBody.\n`;

test('front matter that is a program is refused, and does not run', () => {
  const state = globalThis as { broadsheetRan?: boolean };
  for (const language of ['js', 'javascript', 'coffee', 'cson', 'JS', ' js']) {
    const text = `---${language}\nglobalThis.broadsheetRan = true\n---\nBody.\n`;
    const problem = problemOf(text);
    assert.match(problem.message, /never runs/, language);
    assert.equal(problem.line, 1);
  }
  assert.equal(state.broadsheetRan, undefined);
});

test('an unknown language is reported, also one that is a property of every object', () => {
  for (const language of ['constructor', 'toString', '__proto__', 'ini']) {
    assert.match(problemOf(`---${language}\na: b\n---\nBody.\n`).message, /does not read/);
  }
});

test('the same broken text is reported each time, not cached as empty', () => {
  const text = dated('title: "never closed');
  assert.deepEqual(problemOf(text), problemOf(text));
});

test('YAML keeps as text what YAML 1.1 takes for numbers, times and booleans', () => {
  assert.equal(postWith('title: 010').title, '010');
  assert.equal(postWith('title: 1.10').title, '1.10');
  assert.equal(postWith('title: 12:30').title, '12:30');
  assert.equal(postWith('title: 2026-02-30').title, '2026-02-30');
  assert.equal(postWith('title: True').title, 'True');
  assert.equal(postWith('title: no').title, 'no');
  assert.equal(postWith('title: x\nslug: 007').slug, '007');
  assert.equal(postWith('title: x\nid: 0x10').givenId, '0x10');
  assert.deepEqual(postWith('tags: [1.0, 2026, null, ~, on]').tags, ['1.0', '2026', 'on']);
});

test('of a repeated key the last one counts, with a warning at its line', () => {
  const { post, warnings } = parsedPost(
    '---\ntitle: One\ndate: 2026-03-20\ntitle: Two\n---\nBody.\n',
  );
  assert.equal(post.title, 'Two');
  assert.deepEqual(
    warnings.map(({ line, column }) => [line, column]),
    [[4, 1]],
  );
});

test('a mistake in YAML is reported with line, column and remedy', () => {
  const problem = problemOf('---\ndate: 2026-03-20\ntitle: Harbour: a plan\n---\nBody.\n');
  assert.equal(problem.line, 3);
  assert.equal(typeof problem.column, 'number');
  assert.match(problem.message, /quotes/);
  assert.match(problemOf(dated('\ttitle: x')).message, /tab/);
});

test('tags of YAML that make objects are refused', () => {
  assert.match(problemOf(dated('title: !ruby/object:Gem {}')).message, /unknown/);
  assert.match(problemOf(dated('title: !!js/function "x"')).message, /unknown/);
});

test('quoted text that goes on at the start of a line is read as Jekyll reads it', () => {
  const post = postWith('date: 2026-03-20\nexcerpt: "One line.\nAnother.\nThird."\ntitle: After');
  assert.equal(post.excerpt, 'One line. Another. Third.');
  assert.equal(post.title, 'After');
});

test('control characters in YAML are dropped, not the post', () => {
  assert.equal(postWith('title: "Har\u0008bour"').title, 'Harbour');
});

test('an anchor, a merge and a key called __proto__ do no harm', () => {
  const post = postWith(
    '__proto__: {draft: true}\nbase: &base {a: b}\nother:\n  <<: *base\ntitle: Fine',
  );
  assert.equal(post.title, 'Fine');
  assert.equal(post.draft, false);
});

test('front matter closes with dots, too', () => {
  const { post, source } = parsedPost('---\ntitle: Dots\n...\nBody.\n');
  assert.equal(post.title, 'Dots');
  assert.equal(source.body, 'Body.\n');
});

test('a line that only starts with hyphens does not close it', () => {
  assert.equal(postWith('title: Dash\nsummary: >-\n  a\n  ---x\nlayout: post').excerpt, 'a ---x');
});

test('a byte order mark and CRLF line ends change nothing', () => {
  const { post, source } = parsedPost('\ufeff---\r\ntitle: Windows\r\n---\r\nOne\r\ntwo\r\n');
  assert.equal(post.title, 'Windows');
  assert.equal(source.body, 'One\ntwo\n');
  assert.equal(source.bodyLine, 4);
});

test('blank lines before front matter are reported, and it is read', () => {
  const { post, source, warnings } = parsedPost('\n\n---\ntitle: Late\n---\nBody.\n');
  assert.equal(post.title, 'Late');
  assert.equal(source.bodyLine, 6);
  assert.match(warnings[0]?.message ?? '', /blank lines before/);
});

test('front matter that is never closed is reported, and makes no empty post', () => {
  assert.match(problemOf('---\ntitle: Open\ndate: 2026-03-20\n\nBody.\n').message, /never closed/);
  assert.match(problemOf('+++\ntitle = "Open"\n').message, /never closed/);
});

test('a rule of three hyphens on the first line is Markdown', () => {
  const { post, source } = parsedPost('---\n\nA note under a rule.\n');
  assert.equal(source.body, '---\n\nA note under a rule.\n');
  assert.equal(post.title, 'Spring');
});

test('TOML between plus signs is read, dates as dates', () => {
  const text = [
    '+++',
    'title = "Tide"',
    'date = 2026-07-14T09:30:00+02:00',
    'lastmod = 2026-07-15 09:30:00',
    'tags = ["sea", 7]',
    'draft = false',
    '+++',
    'Body.',
  ].join('\n');
  const { post, source } = parsedPost(text);
  assert.equal(post.title, 'Tide');
  assert.equal(post.date.toString(), '2026-07-14T07:30:00Z');
  assert.equal(post.updated?.toString(), '2026-07-15T08:30:00Z');
  assert.deepEqual(post.tags, ['sea', '7']);
  assert.equal(source.bodyLine, 8);
});

test('a mistake in TOML is reported with its line; so is a day that does not exist', () => {
  assert.equal(problemOf('+++\ntitle = "a"\ntitle = "b"\n+++\n').line, 3);
  assert.equal(problemOf('+++\ndate = 2026-02-30\n+++\n').line, 2);
  assert.equal(postWith('title: x').title, 'x');
});

test('TOML and JSON by name between hyphens are read', () => {
  assert.equal(parsedPost('---toml\ntitle = "T"\n---\nBody.\n').post.title, 'T');
  assert.equal(parsedPost('--- json\n{"title": "J"}\n---\nBody.\n').post.title, 'J');
  assert.equal(parsedPost('---yml\ntitle: Y\n---\nBody.\n').post.title, 'Y');
});

test('JSON between semicolons, and in braces as in Hugo, is read', () => {
  assert.equal(parsedPost(';;;\n{"title": "Semi"}\n;;;\nBody.\n').post.title, 'Semi');
  const { post, source } = parsedPost('{\n  "title": "Brace",\n  "tags": [1]\n}\n\nBody.\n');
  assert.equal(post.title, 'Brace');
  assert.equal(source.body, '\nBody.\n');
  assert.match(problemOf('{\n  "title": oops\n}\nBody.\n').message, /not JSON/);
  assert.equal(problemOf(';;;\n{"a": 1,\n "b" 2}\n;;;\n').line, 3);
});

test('a file without front matter is a post by its name and first heading', () => {
  const { post, source } = parsedPost('# The *long* way home\n\nBody.\n', {
    file: '2026-07-4-home.md',
  });
  assert.equal(post.title, 'The long way home');
  assert.equal(post.date.toString(), '2026-07-03T23:00:00Z');
  assert.equal(source.bodyLine, 1);
  assert.equal(parsedPost('Body.\n', { file: '2026-07-04-way-home.md' }).post.title, 'Way Home');
});

test('front matter with comments alone, or empty, is empty', () => {
  assert.equal(postWith('# nothing').title, 'Spring');
  assert.equal(parsedPost('---\n---\nBody.\n').source.body, 'Body.\n');
});

test('front matter that is a list or a word is reported', () => {
  assert.match(problemOf('---\n- a\n- b\n---\n').message, /key: value/);
  assert.match(problemOf('---\nword\n---\n').message, /key: value/);
});

test('very long front matter is reported, and takes no time', () => {
  assert.match(problemOf(`---\n${'\n'.repeat(300_000)}title: x\n---\n`).message, /too long/);
});

test('no text makes the reader throw', () => {
  const piece = fc.constantFrom(
    '---',
    '+++',
    ';;;',
    '{',
    '}',
    '...',
    '\n',
    '\r',
    'title: ',
    'date: ',
    '"',
    ': ',
    '- ',
    '\t',
    '&a',
    '*a',
    '!!x ',
    '\0',
    '\ud800',
    '2026-03-20',
    '{% x',
    '`',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
      const result = parsed(pieces.join(''));
      assert.ok('post' in result || result.problem.message.length > 10);
    }),
  );
});

test('any title comes through YAML in double quotes as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (title) => {
      const words =
        title
          .replace(/[^\w ]/g, 'x')
          .replace(/ +/g, ' ')
          .trim() || 'x';
      assert.equal(postWith(`title: ${JSON.stringify(words)}`).title, words);
    }),
  );
});
