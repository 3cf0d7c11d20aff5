import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { mendExcerpt, shorten } from '../../src/posts/excerpt.ts';
import { parsedPost, rendered } from './posts.ts';

const body =
  'The harbour council voted on Tuesday to keep the last ferry of the night running until the end ' +
  'of October, against the advice of its own treasurer. Nobody was happy.';

test('an excerpt cut in mid-word ends with the word before and an ellipsis', () => {
  assert.equal(
    mendExcerpt(body.slice(0, 92), body),
    'The harbour council voted on Tuesday to keep the last ferry of the night running until the…',
  );
});

test('an excerpt cut between words gets an ellipsis', () => {
  assert.match(mendExcerpt(body.slice(0, 94), body), /until the end…$/);
  assert.match(mendExcerpt(body.slice(0, 95), body), /until the end…$/);
});

test('an excerpt with an ellipsis after half a word is mended too', () => {
  assert.match(mendExcerpt(`${body.slice(0, 92)}...`, body), /until the…$/);
});

test('an excerpt that is whole stays as it is', () => {
  for (const whole of [
    'A guide to ferries',
    'Nobody was happy.',
    body,
    'What now?',
    '“Enough”',
    '港の話',
  ]) {
    assert.equal(mendExcerpt(whole, body), whole);
  }
});

test('a long excerpt without an end, which the body does not have, loses its last word', () => {
  const cut = `${'word '.repeat(29)}alba`;
  assert.equal(mendExcerpt(cut, 'Other text.'), `${'word '.repeat(29).trim()}…`);
});

test('text in a script without spaces is not cut back to nothing', () => {
  const text = '港'.repeat(150);
  assert.equal(mendExcerpt(text, `${text}の話`), `${text}…`);
});

test('shortened text ends with a whole word, within the limit', () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 60 }), fc.integer({ min: 20, max: 200 }), (text, limit) => {
      const short = shorten(text, limit);
      assert.ok(short.length <= limit || short === text);
      assert.ok(short === text || text.startsWith(`${short.slice(0, -1)}`));
      assert.ok(short === text || !/\w/.test(text[short.length - 1] ?? '') || !/\w…$/.test(short));
    }),
  );
});

test('the front matter says the excerpt first, then the mark, then the first paragraph', () => {
  const text = '![A boat](/b.jpg)\n\nOne *two*.\n\nThree.\n\n<!-- more -->\n\nFour.';
  assert.equal(rendered(text, { frontMatter: 'excerpt: Given.' }).excerpt, 'Given.');
  assert.equal(rendered(text, { frontMatter: 'description: Said.' }).excerpt, 'Said.');
  assert.equal(rendered(text).excerpt, 'One two. Three.');
  assert.equal(rendered(text.replace('<!-- more -->', '')).excerpt, 'One two.');
  assert.equal(
    rendered('One.\n\n---8<---\n\nTwo.', { frontMatter: 'excerpt_separator: ---8<---' }).excerpt,
    'One.',
  );
});

test('an excerpt is plain text', () => {
  const { excerpt } = parsedPost(
    '---\nexcerpt: "<b>Tea &amp; toast</b> at [the quay](/q) {{ site.x }}&hellip;"\n---\n',
  ).post;
  assert.equal(excerpt, 'Tea & toast at the quay…');
  assert.equal(
    rendered('Tea &amp; <i>toast</i> 1 < 2.[^1]\n\n[^1]: Note.').excerpt,
    'Tea & toast 1 < 2.',
  );
});

test('an excerpt is empty for no post', () => {
  assert.equal(rendered('# Only a heading').excerpt, 'Only a heading');
  assert.equal(rendered('<script>alert(1)</script>').excerpt, 'Spring');
});

test('reference links work before the mark', () => {
  assert.equal(rendered('See [it][1].\n\n<!--more-->\n\n[1]: /x').excerpt, 'See it.');
});

test('the excerpt is what a reader reads first', () => {
  const excerpt = (body: string) => rendered(body).excerpt;
  const note = '[^1]: The note must not be in it.\n';
  assert.equal(
    excerpt(`Opening words[^1] of it.\n\n<!--more-->\n\nRest.\n\n${note}`),
    'Opening words of it.',
  );
  assert.equal(excerpt(`Opening[^1] words^[inline].\n\nRest.\n\n${note}`), 'Opening words.');
  assert.equal(excerpt('| a | b |\n|---|---|\n| 1 | 2 |\n\nWords.\n'), 'Words.');
  assert.equal(excerpt('| a | b |\n|---|---|\n| 1 | 2 |\n'), 'Spring');
  assert.equal(
    excerpt('![The pier](/p.jpg)\n*Photo: Mo Larder*\n\nThe first words.\n'),
    'The first words.',
  );
  assert.equal(excerpt('![The pier](/p.jpg) *Late* news of it.\n\nRest.\n'), 'Late news of it.');
  assert.equal(excerpt('*All of it* in one.\n'), 'All of it in one.');
  assert.equal(excerpt('    code\n\nWords.\n'), 'Words.');
  assert.equal(excerpt('港口办公室开放\n新的渡轮码头。\n'), '港口办公室开放新的渡轮码头。');
});

test('a long excerpt is cut between visible characters', () => {
  const family = '👩‍👩‍👧‍👦';
  const { excerpt } = rendered(`a${family.repeat(200)}\n`);
  assert.match(excerpt, new RegExp(`^a(?:${family})+…$`));
  assert.match(rendered(`${'ท่าเรือใหม่'.repeat(100)}\n`).excerpt, /…$/);
});
