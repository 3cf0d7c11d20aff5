import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { dateFlaw, parsePostDate } from '../../src/posts/front-matter/post-date.ts';
import { parsedPost, postWith, problemOf } from './posts.ts';

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

test('a zone with one meaning is read', () => {
  for (const [text, expected] of Object.entries({
    '2026-03-08 02:30 America/New_York': '2026-03-08T07:30:00Z',
    '2026-07-14 09:30 europe/berlin': '2026-07-14T07:30:00Z',
    '2026-07-14T09:30[Europe/Berlin]': '2026-07-14T07:30:00Z',
    '2026-03-08T02:30:00-05:00[America/New_York]': '2026-03-08T07:30:00Z',
    '2026-07-14T09:30:00+00:00[Europe/London][u-ca=gregory]': '2026-07-14T09:30:00Z',
    '2026-10-20 10:00:00 BST': '2026-10-20T09:00:00Z',
    '2026-10-20 10:00 CET': '2026-10-20T09:00:00Z',
    '2026-10-20 10:00 CEST': '2026-10-20T08:00:00Z',
    '2026-10-20 10:00 JST': '2026-10-20T01:00:00Z',
    '2026-10-20 10:00 AEST': '2026-10-20T00:00:00Z',
    'Tue Oct 20 2026 10:00:00 GMT+0200 (Central European Summer Time)': '2026-10-20T08:00:00Z',
  })) {
    assert.equal(read(text), expected, text);
  }
});

test('forms with one meaning are read', () => {
  for (const text of [
    '20261020',
    '2026.10.20',
    '2026年10月20日',
    '2026년 10월 20일',
    '“2026-10-20”',
    '20 octobre 2026',
    'mardi 20 octobre 2026',
    '20. Oktober 2026',
    '20 de octubre de 2026',
    '20 października 2026',
    '20 października, 2026',
    '20 октября 2026',
    '20 Οκτωβρίου 2026',
    '20 okt. 2026',
    '20 oct. 2026',
    '20 Ekim 2026',
    'Sept 20 2026',
  ]) {
    const month = text.startsWith('Sept') ? '09' : '10';
    assert.equal(read(text, 'utc'), `2026-${month}-20T00:00:00Z`, text);
  }
  assert.equal(read('1er mars 2026', 'utc'), '2026-03-01T00:00:00Z');
  assert.equal(read('20 octobre 2026 à 8h30', 'utc'), '2026-10-20T08:30:00Z');
  assert.equal(read('2026年10月20日 8時30分', 'utc'), '2026-10-20T08:30:00Z');
  assert.equal(read('20261020T080000Z'), '2026-10-20T08:00:00Z');
  assert.equal(read('20261020T0800', 'utc'), '2026-10-20T08:00:00Z');
  assert.equal(read('2026-10-20, 8:00 AM', 'utc'), '2026-10-20T08:00:00Z');
  assert.equal(read('1760947200'), '2025-10-20T08:00:00Z');
  assert.equal(read('1760947200000'), '2025-10-20T08:00:00Z');
});

test('the end of a day is the start of the next', () => {
  assert.equal(read('2026-10-19T24:00:00Z'), '2026-10-20T00:00:00Z');
  assert.equal(read('2026-12-31 24:00', 'utc'), '2027-01-01T00:00:00Z');
  assert.equal(read('2026-10-19T24:01:00Z'), undefined);
});

test('what has two meanings is refused, with what to write', () => {
  for (const [text, remedy] of Object.entries({
    '20/10/2026': 'write 2026-10-20',
    '20.10.2026': 'write 2026-10-20',
    '03/04/2026': 'write 2026-03-04 or 2026-04-03',
    '4-4-2026': 'write 2026-04-04',
  })) {
    assert.equal(read(text), undefined, text);
    assert.ok(dateFlaw(text).endsWith(remedy), dateFlaw(text));
  }
  // October in Croatian, November in Czech and Polish; India, Ireland or Israel.
  assert.equal(read('20 listopad 2026'), undefined);
  assert.equal(read('2026-10-20 10:00 IST'), undefined);
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
    '2026-07-14 09:30 Europe/Nowhere',
    '2026-07-14T09:30Z[Europe/Nowhere]',
    '20 Monat 2026',
    '20261320',
    '12345678901',
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

test('a date that only Eleventy knows falls back to the name of the file, with a warning', () => {
  for (const words of ['Last Modified', 'Created', 'git Last Modified', 'git Created']) {
    const text = `---\ntitle: x\ndate: ${words}\n---\n`;
    const { post, warnings } = parsedPost(text, { file: '2026-10-20-x.md' });
    assert.equal(post.date.toString(), '2026-10-19T23:00:00Z');
    assert.match(warnings[0]?.message ?? '', /the date in the name of the file counts/);
    assert.match(problemOf(text, { file: 'x.md' }).message, /write the date itself/);
  }
});

test('dates of TOML and of a tag of YAML are read, and of Zola from its path', () => {
  const date = (text: string) => parsedPost(text, { file: 'x.md' }).post.date.toString();
  assert.equal(date('+++\ndate = 2026-10-20\n+++\n'), '2026-10-19T23:00:00Z');
  assert.equal(date('+++\ndate = 2026-10-20T08:00:00\n+++\n'), '2026-10-20T07:00:00Z');
  assert.equal(date('---\ndate: !!timestamp 2026-10-20\n---\n'), '2026-10-19T23:00:00Z');
  assert.equal(date('+++\npath = "2018/07/27/name"\n+++\n'), '2018-07-26T23:00:00Z');
});

test('without a date, `published`, `created`, and then the last change count', () => {
  const date = (lines: string) => postWith(lines, { file: 'x.md' }).date.toString();
  assert.equal(date('published: 2026-10-20'), '2026-10-19T23:00:00Z');
  assert.equal(date('created: 2026-10-20\nupdated: 2026-10-21'), '2026-10-19T23:00:00Z');
  assert.equal(date('lastmod: 2026-10-20'), '2026-10-19T23:00:00Z');
});

test("Astro's and Hugo's names of dates are known", () => {
  assert.equal(postWith('pubDate: Jan 08 2026').date.toString(), '2026-01-08T00:00:00Z');
  assert.equal(postWith('updatedDate: 2026-03-21').updated?.toString(), '2026-03-21T00:00:00Z');
  assert.equal(
    postWith('last_modified_at: 2026-03-22').updated?.toString(),
    '2026-03-22T00:00:00Z',
  );
});
