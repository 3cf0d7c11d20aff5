import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parsePostDate } from '../../src/posts/front-matter/post-date.ts';
import { postWith, problemOf } from './posts.ts';

const read = (
  text: string,
  datesWithoutZone: 'site' | 'utc' | 'jekyll' = 'site',
  timeZone = 'America/New_York',
) => parsePostDate(text, { timeZone, datesWithoutZone })?.instant.toString();

test('an offset is honoured in every form', () => {
  for (const text of [
    '2026-07-14T09:30:00Z',
    '2026-07-14T09:30:00z',
    '2026-07-14 09:30:00 UTC',
    '2026-07-14T10:30:00+01:00',
    '2026-07-14 10:30:00 +0100',
    '2026-07-14 04:30:00 -0500',
    '2026-07-14 04:30 -5',
    '2026-07-14 05:30:00 EDT',
    'Tue, 14 Jul 2026 09:30:00 +0000',
    '2026-07-14T09:30:00.000Z',
  ]) {
    assert.equal(read(text), '2026-07-14T09:30:00Z', text);
  }
});

test('years of the first century are what they say', () => {
  assert.equal(read('0001-01-01T00:00:00Z'), '0001-01-01T00:00:00Z');
  assert.equal(read('0099-07-14', 'utc'), '0099-07-14T00:00:00Z');
});

test('without an offset the time is of the zone of the site', () => {
  assert.equal(read('2026-07-14 09:30'), '2026-07-14T13:30:00Z');
  assert.equal(read('2026-07-14T09:30:00'), '2026-07-14T13:30:00Z');
  assert.equal(read('2026-01-14 9:30'), '2026-01-14T14:30:00Z');
});

test('utc and jekyll read it as they say', () => {
  assert.equal(read('2026-07-14 09:30', 'utc'), '2026-07-14T09:30:00Z');
  assert.equal(read('2026-07-14', 'utc'), '2026-07-14T00:00:00Z');
  assert.equal(read('2026-07-14 09:30:00', 'jekyll'), '2026-07-14T09:30:00Z');
  assert.equal(read('2026-07-14 09:30', 'jekyll'), '2026-07-14T13:30:00Z');
  assert.equal(read('2026-07-14', 'jekyll'), '2026-07-14T04:00:00Z');
});

test('a day alone is midnight in the zone', () => {
  assert.equal(read('2026-07-14'), '2026-07-14T04:00:00Z');
  assert.equal(read('2026-7-4'), '2026-07-04T04:00:00Z');
  assert.equal(read('2026/07/14'), '2026-07-14T04:00:00Z');
});

test('days with the name of the month are read', () => {
  for (const text of [
    'Jul 08 2026',
    'July 8, 2026',
    '8 July 2026',
    '8th July 2026',
    'Wed, 08 Jul 2026',
  ]) {
    assert.equal(read(text, 'utc'), '2026-07-08T00:00:00Z', text);
  }
  assert.equal(read('July 8, 2026 5:30 pm', 'utc'), '2026-07-08T17:30:00Z');
});

test('a time in the gap or the overlap of the clock is the compatible one', () => {
  assert.equal(read('2026-03-08 02:30'), '2026-03-08T07:30:00Z');
  assert.equal(read('2026-11-01 01:30'), '2026-11-01T05:30:00Z');
});

test('text that is not a date has no date', () => {
  for (const text of [
    '20th March',
    '2026-02-30',
    '2026-13-01',
    '12:30',
    '2026',
    '03/20/2026',
    'Last Modified',
    '2026-07-14 25:00',
    '2026-07-14 09:60',
    '2026-07-14 09:30 XYZ',
    '2026-07-14 09:30 +99:00',
    '',
    'yesterday',
    `2026-07-14${' '.repeat(90)}`,
  ]) {
    assert.equal(read(text), undefined, text);
  }
});

test('how exactly it was written is kept', () => {
  const precision = (text: string) =>
    parsePostDate(text, { timeZone: 'UTC', datesWithoutZone: 'site' })?.precision;
  assert.equal(precision('2026-07-14'), 'day');
  assert.equal(precision('2026-07-14 09:30'), 'minute');
  assert.equal(precision('2026-07-14 09:30:00'), 'second');
});

test('every instant comes back from its own ISO form', () => {
  const instants = fc.date({
    min: new Date('1000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, (date) => {
      const text = `${date.toISOString().slice(0, 19)}Z`;
      assert.equal(read(text), text);
    }),
  );
});

test('a post with a wrong date is left out, with place and remedy', () => {
  assert.deepEqual(
    problemOf('---\ntitle: x\nlayout: post\ndate: "20th March"\n---\n', { file: 'x.md' }),
    {
      file: 'x.md',
      line: 4,
      column: 7,
      message: 'date "20th March" is not a date; write 2026-03-20 or 2026-03-20T07:30',
    },
  );
});

test('without a date in front matter the name of the file, then the folders say it', () => {
  const day = (file: string, frontMatter = 'title: x') =>
    postWith(frontMatter, { file }).date.toString();
  assert.equal(day('2026-1-4-title.md'), '2026-01-04T00:00:00Z');
  assert.equal(day('2026-01-04-title/index.md'), '2026-01-04T00:00:00Z');
  assert.equal(day('2018/01/27/title.md'), '2018-01-27T00:00:00Z');
  assert.equal(day('2018/01/27/2019-01-05-title.md'), '2019-01-05T00:00:00Z');
  assert.equal(day('2018/01/27/title.md', 'date:'), '2018-01-27T00:00:00Z');
  assert.match(problemOf('---\ntitle: x\n---\n', { file: 'about.md' }).message, /no date/);
  assert.match(problemOf('---\ntitle: x\n---\n', { file: '2026-02-31-x.md' }).message, /no date/);
});

test("Astro's and Hugo's names of dates are known", () => {
  assert.equal(postWith('pubDate: Jan 08 2026').date.toString(), '2026-01-08T00:00:00Z');
  assert.equal(postWith('updatedDate: 2026-03-21').updated?.toString(), '2026-03-21T00:00:00Z');
  assert.equal(
    postWith('last_modified_at: 2026-03-22').updated?.toString(),
    '2026-03-22T00:00:00Z',
  );
});
