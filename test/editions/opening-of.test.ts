import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openingOf } from '../../src/editions/digest/opening-of.ts';
import { post } from './samples.ts';

function opening(excerpt: string, html: string, limit = 480): string[] {
  const { standfirst, paragraphs } = openingOf(
    { post: post({ slug: 'a' }), excerpt, html },
    limit,
    'en',
  );
  return [...(standfirst === null ? [] : [`standfirst: ${standfirst}`]), ...paragraphs];
}

test('an excerpt that repeats the start of the body is not shown twice', () => {
  assert.deepEqual(
    opening('The vote was close. Three mem...', '<p>The vote was close. Three members left.</p>'),
    ['The vote was close. Three members left.'],
  );
});

test('an excerpt of its own stands before the body', () => {
  assert.deepEqual(opening('What it means.', '<h2>Vote</h2><p>The vote <b>was</b> close.</p>'), [
    'standfirst: What it means.',
    'The vote was close.',
  ]);
});

test('a body of pictures and lists leaves the excerpt', () => {
  assert.deepEqual(
    opening('What it means.', '<p><img src="a.jpg" alt="x"></p><ul><li>y</li></ul>'),
    ['standfirst: What it means.'],
  );
});

test('links show their text, and entities what they stand for', () => {
  const html = '<p>See <a href="https://harbour.example/">the &amp; pier</a><sup>1</sup>.</p>';
  assert.deepEqual(opening('', html), ['See the & pier.']);
});

test('the opening ends with a sentence within the room, and starts no paragraph that would be a stump', () => {
  const sentence = 'Nobody left the chamber happy. ';
  const html = `<p>${sentence.repeat(3)}</p><p>${sentence.repeat(9)}</p>`;
  assert.deepEqual(opening('', html, 150), [sentence.repeat(3).trim()]);
});

test('a huge body takes no time', () => {
  const html = `<p>${'word '.repeat(20)}</p>`.repeat(100_000);
  assert.ok(opening('', html).join(' ').length <= 480);
});
