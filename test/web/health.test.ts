import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdDatabase } from '../../src/database/identity.ts';
import { health } from '../../src/web/health.ts';
import { test } from '../support/databases.ts';
import { openTestSite } from '../support/test-site.ts';
import { openServedTestSite } from '../support/web.ts';

test('/readyz says what is missing, and is 503 until there is something to serve', async (t) => {
  const testSite = await openTestSite(t);
  const open = () =>
    openServedTestSite(t, [], {
      ...{ testSite, rootRoutes: health },
      config: { publicUrl: 'https://harbour.example/news/' },
    });
  const first = await (await open()).ask('/readyz');
  assert.equal(first.status, 503);
  assert.deepEqual(JSON.parse(first.body), {
    ...{ ready: false, database: 'ok', feeds: 'missing', sends: 'allowed' },
  });
  mkdirSync(testSite.deps.config.folders.output, { recursive: true });
  writeFileSync(join(testSite.deps.config.folders.output, 'index.html'), '<!doctype html>');
  await holdDatabase(testSite.deps.store.db, {
    since: '2026-03-20T07:00:00.000Z',
    because: 'a copy',
  });
  const second = await (await open()).ask('/readyz');
  assert.equal(second.status, 200);
  assert.deepEqual(JSON.parse(second.body), {
    ...{ ready: true, database: 'ok', feeds: 'built', sends: 'held' },
  });
  await testSite.deps.store.close();
  const { ask } = await open();
  const third = await ask('/readyz');
  assert.equal(third.status, 503);
  assert.deepEqual(JSON.parse(third.body), {
    ...{ ready: false, database: 'away', feeds: 'built', sends: 'unknown' },
  });
  assert.deepEqual(
    [(await ask('/healthz')).status, (await ask('/healthz')).body],
    [200, '{"alive":true}'],
  );
});
