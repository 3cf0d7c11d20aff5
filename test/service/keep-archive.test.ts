import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { silentEventLog } from '../../src/kernel/log.ts';
import { keepArchive } from '../../src/service/keep-archive.ts';
import { PLAIN_LISTS, textsOf } from '../support/archive.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';
import { waitFor } from '../support/wait-for.ts';

/** The part of the service, running on `testSite` until the test ends, and what it logs. */
function keep(t: TestContext, testSite: TestSite) {
  const stop = new AbortController();
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const signals = { deliveries: openChangeSignal(), notices: openChangeSignal() };
  const log = { ...silentEventLog, event: say, trouble: say, failure: say };
  const running = keepArchive(
    { ...testSite.deps, log, signals, textsOf },
    PLAIN_LISTS,
    stop.signal,
  );
  cleanUpAfter(t, async () => {
    stop.abort();
    await running;
  });
  return {
    stop,
    running,
    signals,
    /** Resolves when `count` lines were logged; gives them. */
    lines: (count: number): Promise<readonly string[]> =>
      waitFor(`${count} lines of log`, () => said.length >= count && said),
  };
}

test('the archive is written at the start, and again as soon as an edition is planned', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await testSite.putEdition();
  await testSite.send();
  const { lines, signals, stop, running } = keep(t, testSite);
  await lines(1);
  const isListed = (day: number) =>
    readFileSync(
      join(testSite.deps.config.folders.output, `archive/${NEWSLETTER}/rss.xml`),
      'utf8',
    ).includes(`${NEWSLETTER}-2026-03-${day}`);
  assert.ok(isListed(20));
  testSite.setTime('2026-03-21T07:00:00Z');
  await testSite.putEdition(`${NEWSLETTER}-2026-03-21`);
  await testSite.send();
  assert.ok(!isListed(21));
  signals.deliveries.notify();
  assert.deepEqual(await lines(2), ['archive written', 'archive written']);
  assert.ok(isListed(21));
  stop.abort();
  await running;
});

test('an archive that cannot be written is reported, and tried again', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await testSite.putEdition();
  await testSite.send();
  const { output } = testSite.deps.config.folders;
  rmSync(output, { recursive: true });
  writeFileSync(output, 'in the way');
  const { lines, signals } = keep(t, testSite);
  assert.deepEqual(await lines(1), ['the archive cannot be written; will try again']);
  rmSync(output);
  signals.deliveries.notify();
  assert.deepEqual((await lines(2)).slice(1), ['archive written']);
});
