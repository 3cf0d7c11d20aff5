import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRatios } from '../../bench/check-ratios.ts';
import { takeTurns } from '../../bench/rounds.ts';
import { type Ratios, recordedRatios, type SectionRow, tableOf } from '../../bench/rows.ts';
import { runSections } from '../../bench/run-sections.ts';

const SEND: SectionRow = {
  section: 'send',
  work: '1,000 messages',
  unit: '/s',
  ours: { value: 1900, cpuSeconds: 0.62, peakMegabytes: 290 },
  peer: { name: 'smtp-source', value: 2000, cpuSeconds: 0.09, peakMegabytes: Number.NaN },
  goal: '0.95',
};

const BUILD: SectionRow = {
  section: 'build',
  work: '20,000 posts, first',
  unit: 's',
  ours: { value: 7.512 },
  peer: { name: 'Hugo', value: 4.7 },
  note: 'one feed | no pages',
};

const INSTALL: SectionRow = {
  section: 'start',
  work: 'install',
  unit: 'packages',
  ours: { value: 408 },
};

const OPTIONS = { short: true, rounds: 2, numbers: [] };

test('the table is aligned, with the ratio of ours to the peer and three digits that count', () => {
  assert.equal(
    tableOf([SEND, BUILD, INSTALL]),
    [
      '| section | work                |         ours | peer        |     its | ratio | goal | CPU, ours / its | memory, ours / its | note                |',
      '| ------- | ------------------- | -----------: | ----------- | ------: | ----: | ---- | --------------- | ------------------ | ------------------- |',
      '| send    | 1,000 messages      |      1,900/s | smtp-source | 2,000/s |  0.95 | 0.95 | 0.62 / 0.09 s   | 290 / - MB         |                     |',
      '| build   | 20,000 posts, first |       7.51 s | Hugo        |   4.7 s |   1.6 |      |                 |                    | one feed / no pages |',
      '| start   | install             | 408 packages |             |         |       |      |                 |                    |                     |',
      '',
    ].join('\n'),
  );
});

test('the ratios are read back from the table, whatever is around it', () => {
  assert.deepEqual(
    [
      ...recordedRatios(
        `# Results\n\n- a machine | of mine\n\n${tableOf([SEND, BUILD, INSTALL])}\nThe end\n`,
      ),
    ],
    [
      ['send | 1,000 messages | smtp-source', 0.95],
      ['build | 20,000 posts, first | Hugo', 1.6],
    ],
  );
});

for (const { what, row, factor, ok } of [
  { what: 'a rate that is just over half as good', row: SEND, factor: 0.51, ok: true },
  { what: 'a rate that is less than half as good', row: SEND, factor: 0.49, ok: false },
  { what: 'a rate that is three times as good', row: SEND, factor: 3, ok: true },
  { what: 'a time that is just under twice as long', row: BUILD, factor: 1.95, ok: true },
  { what: 'a time that is more than twice as long', row: BUILD, factor: 2.1, ok: false },
  { what: 'a time that is a third', row: BUILD, factor: 0.33, ok: true },
  { what: 'a figure that is no number', row: BUILD, factor: Number.NaN, ok: false },
]) {
  test(`${what} ${ok ? 'passes' : 'fails'}`, async () => {
    const rows = [times(row, factor)];
    const checked = await check(rows, [row], async () => rows);
    assert.equal(checked.ok, ok, checked.lines.join('\n'));
  });
}

test('a complaint has the place, the ratios of then and now, and what to do', async () => {
  const { lines } = await check([times(BUILD, 3)], [BUILD], async () => [times(BUILD, 3)]);
  assert.match(
    lines[0] ?? '',
    /^build, 20,000 posts, first: the ratio to Hugo is 4\.8 and was 1\.6\. .* npm run bench/,
  );
});

test('what is slow is measured twice more, alone with its section, and passes if it is not slow each time', async () => {
  const asked: (readonly string[])[] = [];
  const outcome = (...speeds: readonly number[]) =>
    check([SEND, times(BUILD, 3)], [SEND, BUILD], async (sections) => {
      asked.push(sections);
      return [times(BUILD, speeds[asked.length - 1] ?? Number.NaN)];
    });
  assert.equal((await outcome(3, 1)).ok, true);
  assert.deepEqual(asked.splice(0), [['build'], ['build']]);
  assert.equal((await outcome(3, 3)).ok, false);
  assert.equal(asked.length, 2);
});

test('a row without a recorded ratio passes beside one that has it, and fails alone', async () => {
  const none = () => assert.fail('nothing is to be measured again');
  assert.equal((await check([SEND, times(BUILD, 9)], [SEND], none)).ok, true);
  assert.equal((await check([BUILD, INSTALL], [SEND], none)).ok, false);
});

test('a section that fails, or cannot be loaded, keeps its rows, and the others run', async () => {
  const { section: _, ...row } = INSTALL;
  const { rows, failures } = await runSections(
    {
      send:
        async () =>
        async ({ add }) => {
          add(row);
          throw new Error('the sink does not listen');
        },
      http: () => Promise.reject(new Error('no such module')),
      start:
        async () =>
        async ({ add }) =>
          add(row),
    },
    OPTIONS,
    () => {},
  );
  assert.deepEqual(rows, [{ ...row, section: 'send' }, INSTALL]);
  assert.deepEqual(failures, [
    { section: 'send', reason: 'the sink does not listen' },
    { section: 'http', reason: 'no such module' },
  ]);
});

test('ours and the peer take turns, and the median of each figure counts', async () => {
  const order: string[] = [];
  const way = (name: string, seconds: number[]) => async () => {
    order.push(name);
    return { seconds: seconds.shift() ?? Number.NaN };
  };
  const ways = { ours: way('ours', [5, 90, 7]), peer: way('peer', [3, 1, 3]) };
  const measures = await takeTurns(3, ways);
  assert.deepEqual(order, ['ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
  assert.deepEqual(measures, { ours: { seconds: 7 }, peer: { seconds: 3 } });
});

function times(row: SectionRow, factor: number): SectionRow {
  return { ...row, ours: { value: row.ours.value * factor } };
}

async function check(
  rows: readonly SectionRow[],
  recorded: readonly SectionRow[],
  again: (sections: readonly string[]) => Promise<readonly SectionRow[]>,
) {
  const ratios: Ratios = recordedRatios(tableOf(recorded));
  return checkRatios(rows, ratios, async (sections) => ({
    rows: await again(sections),
    failures: [],
  }));
}
