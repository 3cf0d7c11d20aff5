import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { morningEdition } from '../editions/archive/samples.ts';
import { archiveOf, pageOf } from '../support/archive.ts';
import { test } from '../support/databases.ts';
import { listenToStore } from '../support/listening-store.ts';
import { NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';

const EDITIONS = 120;
const FIRST = Temporal.PlainDate.from('2018-01-01');

test(`${EDITIONS} editions are archived once, and then looked over in a few steps`, async (t) => {
  const testSite = await openTestSite(t);
  await fill(testSite);
  let statements = 0;
  const store = listenToStore(testSite.deps.store, () => {
    statements += 1;
  });
  const archive = archiveOf({ ...testSite, deps: { ...testSite.deps, store } });
  const first = await archive.publish();
  assert.equal(first.editions, EDITIONS);
  const before = statements;
  const again = await archive.publish();
  assert.equal(again.changed, 0);
  // Not one for each edition.
  assert.ok(statements - before < EDITIONS / 2, `${statements - before} statements`);
  const last = FIRST.add({ days: EDITIONS - 1 });
  const page = join(testSite.deps.config.folders.output, pageOf(`${NEWSLETTER}-${last}`));
  assert.ok(statSync(page).size > 10_000);
});

/** Stores editions of a usual size, one a day. */
async function fill({ deps: { store } }: TestSite): Promise<void> {
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
