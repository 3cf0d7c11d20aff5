import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { booksResult } from '../../src/doctor/check-database.ts';
import {
  checkModes,
  checkZoneData,
  roomAt,
  roomResult,
  zoneDataResult,
} from '../../src/doctor/check-machine.ts';
import { checkClock, clockResult } from '../../src/doctor/check-service.ts';
import type { Result } from '../../src/doctor/finding.ts';
import { stoppedClock, systemClock } from '../../src/kernel/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openWebListener } from '../support/web-listener.ts';

const shown = ({ level, fact }: Result) => `${level}: ${fact}`;
const NOW = Temporal.Instant.from('2026-03-20T07:00Z');

test('a clock that is off by a minute is a warning, and by five a failure', () => {
  assert.match(shown(clockResult(-59, 'x')), /^ok/);
  assert.match(shown(clockResult(75, 'x')), /^warning: it is 75 seconds ahead of that of x/);
  assert.match(shown(clockResult(-300, 'x')), /^failure: it is 300 seconds behind/);
});

test('the clock is compared with that of a web server, if it answers', async (t) => {
  const web = await openWebListener(t, () => 404);
  assert.match(shown(await checkClock(web.url, systemClock)), /^ok: it agrees with that of 127/);
  const late = stoppedClock(systemClock().subtract({ hours: 1 }));
  assert.match(shown(await checkClock(web.url, late)), /^failure: it is 3\d{3} seconds behind/);
  assert.match(
    shown(await checkClock('http://127.0.0.1:4/', systemClock)),
    /^warning: .* nothing to compare/,
  );
});

test('time-zone data that lack a change of 2024 fail, and those of years ago are warned of', () => {
  assert.match(shown(checkZoneData(NOW)), /^ok: they are of 20\d\d[a-z]/);
  assert.match(shown(zoneDataResult('2024b', '-03:00', NOW)), /^warning: they are of 2024b/);
  assert.match(
    shown(zoneDataResult('2023c', '-04:00', NOW)),
    /^failure: they are of before October 2024/,
  );
});

test('a disk that is almost full is a warning, and a full one a failure', async (t) => {
  const room = (freeMegabytes: number, freeFiles = 0.5) =>
    roomResult(new Map([['the feeds', { freeBytes: freeMegabytes * 1024 ** 2, freeFiles }]]));
  assert.match(shown(room(5000)), /^ok: at least 4 GB are free for the feeds/);
  assert.match(shown(room(500)), /^warning: there are 500 MB left for the feeds/);
  assert.match(shown(room(99)), /^failure: there are 99 MB left/);
  assert.match(shown(room(5000, 0.01)), /^warning: almost no more files fit/);
  const folder = temporaryFolder(t);
  const { freeBytes } = await roomAt(join(folder, 'not', 'yet', 'there'));
  assert.ok(freeBytes > 0);
});

test('a private file that others can read is reported, unless its folder keeps them out', async (t) => {
  const folder = temporaryFolder(t, { 'paper.db': '' });
  const path = join(folder, 'paper.db');
  const file = { path, name: 'paper.db', holds: 'which has people' };
  const modes = async (ofFile: number, ofFolder: number) => {
    chmodSync(path, ofFile);
    chmodSync(folder, ofFolder);
    return checkModes([file, { ...file, path: `${path}-wal` }]);
  };
  assert.match(shown(await modes(0o600, 0o755)), /^ok: only their owner can read paper\.db$/);
  assert.match(shown(await modes(0o644, 0o700)), /^ok/);
  assert.match(shown(await modes(0o640, 0o750)), /^warning: the group of paper\.db/);
  const open = await modes(0o644, 0o755);
  assert.match(
    shown(open),
    /^failure: every user of this machine can read paper\.db, which has people/,
  );
  assert.equal(open.remedy, 'chmod 600 paper.db');
});

test('the books of an edition add up, or are a failure', () => {
  const none = { deferred: 0, failed: 0, suppressed: 0, returned: 0, inDoubt: 0, queued: 0 };
  const books = (table: object) =>
    shown(booksResult('daily-1', { planned: 3, accepted: 3, ...none, ...table }));
  assert.equal(books({}), 'ok: daily-1: 3 planned, 3 accepted');
  assert.match(books({ accepted: 1, inDoubt: 2 }), /^warning: .*1 accepted, 2 in doubt/);
  assert.match(books({ accepted: 2 }), /^failure: .*the numbers do not add up/);
});
