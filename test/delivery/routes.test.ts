import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../src/database/open-store.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import { openRelays } from '../../src/delivery/relay/open-relays.ts';
import {
  isTurnOf,
  isUsable,
  noteSuccess,
  openRoutes,
  type Route,
  restAfterTrouble,
  restForQuota,
} from '../../src/delivery/run/routes.ts';
import type { RelayAccount } from '../../src/settings/settings.ts';
import { accountAt, HOUR_MS, MINUTE_MS } from '../support/sending.ts';

const NOW = Date.parse('2026-03-20T07:00Z');

test('a relay without a URL is named with the variable that it has to have', () => {
  const { url: _url, ...account } = accountAt({ url: 'smtp://x' }, { id: 'main-2' });
  assert.throws(() => openRelays({ config: { relays: [account] }, openRelay }), {
    exitCode: 78,
    message:
      'the relay main-2 has no URL; set BROADSHEET_SMTP_URL_MAIN_2, or add its smtpUrl to email.relays',
  });
});

test('a relay in trouble rests for half a minute, longer each time, ten minutes at most', () => {
  const [route] = open({});
  const rests: number[] = [];
  let now = NOW;
  for (let times = 1; times <= 7; times += 1) {
    restAfterTrouble(route, 'is away', now);
    rests.push((route.restsUntil - now) / 1000);
    now = route.restsUntil;
  }
  assert.deepEqual(rests, [30, 60, 120, 240, 480, 600, 600]);
  noteSuccess(route);
  restAfterTrouble(route, 'is away', now);
  assert.equal(route.restsUntil - now, 30_000);
});

test('the trouble of several connections at once is one', () => {
  const [route] = open({});
  for (let connection = 0; connection < 5; connection += 1) {
    restAfterTrouble(route, 'is away', NOW + connection);
  }
  assert.equal(route.restsUntil, NOW + 30_000);
  assert.equal(route.troubles, 1);
});

test('a quota that is used up does not end the rest of a relay in trouble', () => {
  const [route] = open({});
  restAfterTrouble(route, 'is away', NOW);
  restForQuota(route, NOW + 1, NOW + 2);
  assert.equal(isUsable(route, NOW + 3), false);
  assert.equal(route.trouble, 'is away');
});

test('when the clock goes back, no relay rests any longer for it', () => {
  const [route] = open({});
  restForQuota(route, NOW, NOW + 30 * MINUTE_MS);
  assert.equal(isUsable(route, NOW + MINUTE_MS), false);
  assert.equal(isUsable(route, NOW - HOUR_MS), true);
});

test('a relay waits for another that is behind its share, unless that one does not keep up', () => {
  const [one, other] = open({ weight: 1 }, { weight: 3 });
  const routes = [one, other];
  one.given = 2;
  assert.equal(isTurnOf(one, routes, NOW), false);
  assert.equal(isTurnOf(other, routes, NOW), true);
  other.pacedUntil = NOW + 1;
  assert.equal(isTurnOf(one, routes, NOW), true);
  other.pacedUntil = NOW;
  other.throttle.inFlight = 2;
  other.movedAt = NOW - 400;
  assert.equal(isTurnOf(one, routes, NOW), false);
  assert.equal(isTurnOf(one, routes, NOW + 200), true);
});

function open<const Changes extends readonly Partial<RelayAccount>[]>(...changes: Changes) {
  const accounts = changes.map((each, index) =>
    accountAt({ url: `smtp://127.0.0.1:${index + 1}` }, each),
  );
  const relays = openRelays({ config: { relays: accounts }, openRelay });
  return openRoutes(relays, {} as Store) as { [Index in keyof Changes]: Route };
}
