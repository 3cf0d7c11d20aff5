import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { morningEdition } from '../editions/archive/samples.ts';
import { archiveOf, pageOf } from '../support/archive.ts';
import { test } from '../support/databases.ts';
import { NEWSLETTER, openPaper, type Paper } from '../support/paper.ts';

const EDITIONS = 250;
const FIRST = Temporal.PlainDate.from('2018-01-01');

test(`${EDITIONS} editions are archived once, and then looked over within seconds`, async (t, database) => {
  const paper = await openPaper(t);
  await fill(paper);
  const archive = archiveOf(paper);
  const rss = process.memoryUsage().rss;
  const first = await timed(() => archive.publish());
  const grown = (process.memoryUsage().rss - rss) / 1e6;
  assert.equal(first.result.editions, EDITIONS);
  const again = await timed(() => archive.publish());
  assert.equal(again.result.changed, 0);
  t.diagnostic(
    `${database}: first ${first.seconds.toFixed(1)} s and ${grown.toFixed(0)} MB, then ${again.seconds.toFixed(1)} s`,
  );
  assert.ok(again.seconds < 10, `${again.seconds} s`);
  const last = FIRST.add({ days: EDITIONS - 1 });
  const page = join(paper.deps.config.folders.output, pageOf(`${NEWSLETTER}-${last}`));
  assert.ok(statSync(page).size > 10_000);
});

/** Stores editions of a usual size, one a day. */
async function fill({ deps: { store } }: Paper): Promise<void> {
  const { subject, preheader, html, text } = await morningEdition();
  const rows = Array.from({ length: EDITIONS }, (_, at) => {
    const day = FIRST.add({ days: at }).toString();
    const time = `${day}T07:00:00.000Z`;
    return {
      ...{ id: `${NEWSLETTER}-${day}`, newsletter: NEWSLETTER, day },
      ...{ subject: `${subject} ${at}`, preheader, html, text },
      ...{ composed_at: time, planned_at: time, planned: 1, fresh_from: time },
      ...{ paused_at: null, paused_by: null, pause_reason: null },
      ...{ cancelled_at: null, approved_at: null },
    };
  });
  for (let start = 0; start < rows.length; start += 100) {
    await store.db
      .insertInto('editions')
      .values(rows.slice(start, start + 100))
      .execute();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}
