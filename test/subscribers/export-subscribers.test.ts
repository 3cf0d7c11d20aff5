import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { changeSubscriptions } from '../../src/subscribers/change-subscriptions.ts';
import { defuseCell, restoreCell } from '../../src/subscribers/defuse-cell.ts';
import { exportSubscribers } from '../../src/subscribers/export-subscribers.ts';
import type { Subscriber } from '../../src/subscribers/subscriber.ts';
import { test } from '../support/databases.ts';
import { collect, everyone, importText } from '../support/people.ts';
import { address, NEWSLETTER, openTestSite } from '../support/test-site.ts';

test('an export has all columns, runs in no spreadsheet, and can be imported again', async (t) => {
  const testSite = await openTestSite(t);
  await importText(
    testSite,
    'email,name,status\n=ada@example.org,"=cmd|\' /C calc\'!A0",active\n+bob@example.org,"a ""b"", c",unsubscribed\n',
  );
  const before = await everyone(testSite);
  const csv = await collect(exportSubscribers(testSite.deps, {}));
  const rows = parse(csv, { columns: false }) as string[][];
  assert.equal(rows.length, 3);
  assert.ok(
    rows.flat().every((cell) => !/^[=+\-@\t\r]/.test(cell)),
    csv,
  );
  const other = await openTestSite(t);
  await importText(other, csv);
  const after = await everyone(other);
  const known = ({ id: _id, changedAt: _at, ...rest }: (typeof after)[number]) => rest;
  assert.deepEqual(after.map(known), before.map(known));
});

test('the export of one status contains nobody else', async (t) => {
  const testSite = await openTestSite(t);
  await importText(testSite, 'email,status\nada@example.org,active\nbob@example.org,pending\n');
  const csv = await collect(exportSubscribers(testSite.deps, { status: 'pending' }));
  assert.doesNotMatch(csv, /ada@/);
  assert.match(csv, /bob/);
});

test('every defused cell can be restored', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const cell = defuseCell(text);
      assert.doesNotMatch(cell, /^[=+\-@\t\r\n]/);
      if (cell !== text) assert.equal(restoreCell(cell), text);
    }),
  );
});

test('exporting and importing elsewhere changes nobody', async (t) => {
  const instant = fc
    .date({ min: new Date('2001-01-01Z'), max: new Date('2026-03-01Z'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const cell = fc
    .oneof(
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.constantFrom("'=1", "''+2", '=x', 'a,"b"'),
    )
    .map((text) => text.replace(/[^\x20-\x7e]/g, '').trim())
    .filter((text) => text !== '');
  const oneSpace = cell.map((text) => text.replace(/\s+/g, ' '));
  const person = fc.record({
    name: fc.option(oneSpace, { nil: undefined }),
    status: fc.constantFrom('pending', 'active', 'unsubscribed', 'bounced', 'complained'),
    at: instant,
    source: oneSpace,
    text: fc.option(cell, { nil: undefined }),
    ipHash: fc.option(fc.constant('A-_4'.repeat(10).concat('abc')), { nil: undefined }),
    confirmedAt: fc.option(instant, { nil: undefined }),
    changedAt: instant,
  });
  const people = fc.sample(person, { numRuns: 300, seed: 4 });
  const testSite = await openTestSite(t);
  const { store, config } = testSite.deps;
  const subscribers = people.map(({ name, status, changedAt, ...consent }, index): Subscriber => {
    const ids = { id: `id${index}`, newsletter: NEWSLETTER };
    return { ...ids, address: address(`p${index}@example.org`), name, status, changedAt, consent };
  });
  await changeSubscriptions(store.db, config, (writer) => writer.add(subscribers, 'a test'));
  const csv = await collect(exportSubscribers(testSite.deps, {}));
  const other = await openTestSite(t);
  const report = await importText(other, csv);
  assert.deepEqual([report.provider, report.refusedLines], ['Broadsheet', []]);
  const known = ({ id: _id, ...rest }: Subscriber) => rest;
  assert.deepEqual((await everyone(other)).map(known), (await everyone(testSite)).map(known));
});
