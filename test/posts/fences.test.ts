import assert from 'node:assert/strict';
import test from 'node:test';
import { findFences } from '../../src/posts/front-matter/fences.ts';

const FIELDS = 'title: A title\ndraft: true';

/** How a text may begin so that its fields would be text for readers, with the line that is named. */
const STRANGE: Readonly<Record<string, readonly [string, number]>> = {
  'four dashes': [`----\n${FIELDS}\n----\nsecret`, 1],
  'dashes of print': [`—\n${FIELDS}\n—\nsecret`, 1],
  'en dashes': [`–––\n${FIELDS}\n–––\nsecret`, 1],
  'a space before': [` ---\n${FIELDS}\n---\nsecret`, 1],
  'U+200B before': [`\u200b---\n${FIELDS}\n---\nsecret`, 1],
  'U+00A0 before': [`\u00a0---\n${FIELDS}\n---\nsecret`, 1],
  'U+200B after': [`---\u200b\n${FIELDS}\n---\nsecret`, 1],
  'a comment before': [`<!-- lint off -->\n---\n${FIELDS}\n---\nsecret`, 2],
  'a comment of several lines': [`<!-- lint\noff -->\n\n---\n${FIELDS}\n---\nsecret`, 4],
  'a comment of MDX before': [`{/* x */}\n---\n${FIELDS}\n---\nsecret`, 2],
  'a comment after the fence': [`--- # yaml\n${FIELDS}\n---\nsecret`, 1],
  asterisks: [`***\n${FIELDS}\n***\nsecret`, 1],
  'equals signs': [`===\n${FIELDS}\n===\nsecret`, 1],
  tildes: [`~~~\n${FIELDS}\n~~~\nsecret`, 1],
  'a fence of code': [`\`\`\`yaml\n${FIELDS}\n\`\`\`\nsecret`, 1],
  'four plus signs': ['++++\ntitle = "x"\ndraft = true\n++++\nsecret', 1],
  'no fence': [`Title: MMD\nDate: 2026-10-20\nStatus: draft\n\nsecret`, 1],
  'no first fence': [`${FIELDS}\n---\nsecret`, 1],
  'JSON in one line': ['{"title": "x", "draft": true}\n\nsecret', 1],
  'JSON from the brace on': ['{ "title": "x",\n  "draft": true\n}\nsecret', 1],
  'never closed, with a comment': ['---\n# mine\ntitle: x\ndraft: true\n\nsecret', 1],
  'never closed, with a space': ['---\n title: x\n draft: true\n\nsecret', 1],
  'closed by dashes of print': [`---\n${FIELDS}\n———\nsecret`, 1],
  'a second block': [`---\ntitle: x\n---\n---\ndraft: true\n---\nsecret`, 4],
};

for (const [name, [text, line]] of Object.entries(STRANGE)) {
  test(`front matter with ${name} leaves the post out`, () => {
    const found = findFences(text);
    assert.ok(found !== undefined && 'message' in found, JSON.stringify(found));
    assert.equal(found.line, line);
    assert.match(found.message, /^(?:the front matter|a second block) .*; \w+/);
  });
}

/** Texts without front matter, in which something looks a little like it. */
const PLAIN: readonly string[] = [
  '---\n\nA note under a rule.\n',
  '***\n\nA note under a rule.\n',
  'Note: the ferry is late.\n\nText.\n',
  'We met at noon. Date: see below.\n',
  '# A heading\n\n---\n\ntitle: is a word\n',
  '- date: the day\n- place: the hall\n',
  '> Title: a quotation\n',
  '<!-- a comment -->\n\nText with title: in it.\n',
  '```js\nconst a = 1;\n```\n',
  '港口办公室\n\ntitle: x\n',
  '{: .lead}\nText.\n',
  '{% include x %}\n\nText.\n',
  '',
  '\n\n',
];

test('text without front matter is text', () => {
  for (const text of PLAIN) assert.equal(findFences(text), undefined, text);
});

test('a rule and a word with a colon after front matter are text', () => {
  const found = findFences('---\ntitle: Multi\n---\na: b\n---\nText.\n');
  assert.ok(found !== undefined && 'body' in found);
  assert.equal(found.body, 'a: b\n---\nText.\n');
});

test("Pelican's lines end at the first blank line", () => {
  const text = 'Title: Sea\nTags: a, b\n\nText.\n';
  const found = findFences(text, 'pelican');
  assert.ok(found !== undefined && 'body' in found);
  assert.deepEqual(
    [found.language, found.block, found.body, found.bodyLine],
    ['lines', 'Title: Sea\nTags: a, b', 'Text.\n', 4],
  );
});
