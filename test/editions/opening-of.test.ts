import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Block, htmlOf, plainOf, textOf } from '../../src/editions/digest/opening-blocks.ts';
import { openingOf } from '../../src/editions/digest/opening-of.ts';
import { post } from './samples.ts';

function opening(excerpt: string, html: string, limit = 480): string[] {
  const { standfirst, blocks } = openingOf(
    { post: post({ slug: 'a' }), excerpt, html },
    limit,
    'en',
  );
  return [
    ...(standfirst === null ? [] : [`standfirst: ${standfirst}`]),
    ...blocks.map(({ runs }) => textOf(runs)),
  ];
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

test('a body of pictures, tables and headings leaves the excerpt', () => {
  const html =
    '<p><img src="a.jpg" alt="x"></p><h2>h</h2><table><tr><td><p>y</p></td></tr></table>';
  assert.deepEqual(opening('What it means.', html), ['standfirst: What it means.']);
});

/** Each block as its kind, HTML and text. */
function blocks(html: string, limit = 480): string[] {
  const input = { post: post({ slug: 'a' }), excerpt: '', html };
  const shown = ({ kind, level, number, runs }: Block) =>
    `${kind}${level || ''} ${number ?? '-'} ${htmlOf(runs, (text) => text)} | ${plainOf(runs)}`;
  return openingOf(input, limit, 'en').blocks.map(shown);
}

test('quotes, lists, emphasis and links stay what they are', () => {
  assert.deepEqual(
    blocks(
      '<p>A <em>b <strong>c</strong></em>,&amp; <a href="https://x.example/?a=1&amp;b">d</a>.</p>' +
        '<blockquote><p>e</p><ul><li>f</li></ul></blockquote>' +
        '<ol start="3"><li><p>g</p><p>h</p></li><li>i<ul><li><code>j</code></li></ul></li></ol><p>k<br />l</p>',
    ),
    [
      'paragraph - A <em>b </em><em><strong>c</strong></em>,&amp; <a href="https://x.example/?a=1&amp;b">d</a>. | A _b_ _*c*_,& d.',
      'quote - e | e',
      'quote - f | f',
      'list 3 g | g',
      'paragraph - h | h',
      'list 4 i | i',
      'list1 - <code>j</code> | j',
      'paragraph - k l | k l',
    ],
  );
});

test('what is cut ends inside of its emphasis', () => {
  const html = `<p>One <em>two ${'three '.repeat(30)}</em></p>`;
  assert.deepEqual(blocks(html, 14), ['paragraph - One <em>two three…</em> | One _two three…_']);
  assert.deepEqual(blocks('<p>x</p><section><ol><li id="fn1"><p>note</p></li></ol></section>'), [
    'paragraph - x | x',
  ]);
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
