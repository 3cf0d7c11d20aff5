import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type PlaceOfFile,
  type PlaceOnServer,
  whyElsewhere,
} from '../../src/settings/place-of-database.ts';

const FILE: PlaceOfFile = {
  kind: 'file',
  machine: 'system 1',
  machineName: 'ada',
  path: '/paper.db',
  file: '1:100',
  journal: '2:100',
};

const SERVER: PlaceOnServer = {
  kind: 'server',
  system: '7300000000000000001',
  timeline: '00000001',
  database: '16384',
};

/** What changed, which file is at the noted path now, and what is said of it. */
const CASES: readonly [Partial<PlaceOfFile>, string | null | undefined, RegExp | undefined][] = [
  [{}, '1:100', undefined],
  [{ machine: 'system 2', machineName: 'bob' }, '1:100', /machine ada, and this one is bob/],
  [{ machineName: 'renamed' }, '1:100', undefined],
  [{ path: '/moved.db' }, undefined, undefined],
  [{ path: '/link.db' }, '1:100', undefined],
  [{ path: '/moved.db' }, '9:900', /was at \/paper.db, and is a copy at \/moved.db/],
  [{ path: '/moved.db' }, null, /is a copy/],
  [{ path: '/copy.db', file: '9:900' }, '1:100', /is a copy/],
  [{ path: '/copy.db', file: '9:900' }, undefined, /is a copy/],
  [{ path: '/copy.db', file: null }, undefined, /is a copy/],
  [{ file: '9:900' }, '9:900', undefined],
  [{ file: '9:900', journal: '8:900' }, '9:900', /backup without the journal/],
  [{ file: '9:900', journal: null }, '9:900', /backup without the journal/],
  [{ file: null, journal: '8:900' }, null, undefined],
  [{ journal: null }, '1:100', undefined],
];

test('a file is at home where it was, and where it was moved to on the same machine', () => {
  for (const [change, fileAtNotedPath, expected] of CASES) {
    const why = whyElsewhere(FILE, { ...FILE, ...change }, fileAtNotedPath);
    const name = JSON.stringify([change, fileAtNotedPath]);
    if (expected === undefined) assert.equal(why, undefined, name);
    else assert.match(why ?? '', expected, name);
  }
});

test('where the system tells no file from another, only path and machine count', () => {
  const noted = { ...FILE, file: null };
  assert.equal(whyElsewhere(noted, FILE, '1:100'), undefined);
  assert.match(whyElsewhere(noted, { ...FILE, path: '/moved.db' }, undefined) ?? '', /is a copy/);
});

test('a database of a server is at home on that server under its number', () => {
  const why = (change: Partial<PlaceOnServer>) =>
    whyElsewhere(SERVER, { ...SERVER, ...change }, undefined);
  assert.equal(why({}), undefined);
  assert.match(why({ system: '7300000000000000002' }) ?? '', /another database server/);
  assert.match(why({ database: '16999' }) ?? '', /another database of the server/);
  assert.match(why({ timeline: '00000002' }) ?? '', /promoted or put back from a backup/);
  assert.equal(why({ system: null, timeline: null }), undefined);
});

test('a database that went from a file to a server, or back, is not at home', () => {
  assert.match(whyElsewhere(FILE, SERVER, undefined) ?? '', /was the file \/paper.db on ada/);
  assert.match(whyElsewhere(SERVER, FILE, undefined) ?? '', /was on a database server/);
});
