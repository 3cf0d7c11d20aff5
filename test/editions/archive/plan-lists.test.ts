import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planLists } from '../../../src/editions/archive/archive-lists.ts';
import type { ArchivedEdition } from '../../../src/editions/queries/archived-editions.ts';
import { newsletter } from '../samples.ts';

/** Editions of the days before the last of 2026, the newest first. */
function editionsOf(id: string, count: number, time = '07:00'): ArchivedEdition[] {
  return Array.from({ length: count }, (_, at) => {
    const day = Temporal.PlainDate.from('2026-12-31').subtract({ days: at }).toString();
    return {
      ...{ id: `${id}-${day}`, newsletter: id, day, subject: `Of ${day}` },
      preheader: '',
      plannedAt: `${day}T${time}:00.000Z`,
      composedAt: `${day}T${time}:00.000Z`,
    };
  });
}

function archive(id: string, count: number, changes: Parameters<typeof newsletter>[0] = {}) {
  return { newsletter: newsletter({ id, ...changes }), editions: editionsOf(id, count) };
}

test('without a newsletter that has an archive there is no list', () => {
  assert.deepEqual(planLists([]), []);
});

test('some editions are on one page for each newsletter, and all on one, the newest first', () => {
  const evening = {
    newsletter: newsletter({ id: 'evening' }),
    editions: editionsOf('evening', 2, '18:00'),
  };
  const lists = planLists([archive('morning', 2), evening]);
  assert.deepEqual(
    lists.map(({ path, years, editions }) => [path, years, editions.map(({ id }) => id)]),
    [
      [
        'archive',
        [],
        ['evening-2026-12-31', 'morning-2026-12-31', 'evening-2026-12-30', 'morning-2026-12-30'],
      ],
      ['archive/morning', [], ['morning-2026-12-31', 'morning-2026-12-30']],
      ['archive/evening', [], ['evening-2026-12-31', 'evening-2026-12-30']],
    ],
  );
});

test('of many editions each year has a page, and the first page has the newest year', () => {
  const lists = planLists([archive('morning', 800)]);
  assert.deepEqual(
    lists.map(({ path, year, years, editions }) => [path, year, years.length, editions.length]),
    [
      ['archive', undefined, 0, 200],
      ['archive/morning', undefined, 3, 365],
      ['archive/morning/2026', '2026', 3, 365],
      ['archive/morning/2025', '2025', 3, 365],
      ['archive/morning/2024', '2024', 3, 70],
    ],
  );
});

test('a newsletter that is not offered has its list, and is not on the page of all', () => {
  const [all, own] = planLists([archive('staff', 3, { listed: false })]);
  assert.equal(all?.editions.length, 0);
  assert.equal(own?.editions.length, 3);
});
