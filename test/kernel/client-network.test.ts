import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientNetwork, widerNetworks } from '../../src/kernel/client-network.ts';

test('clients are IPv4 addresses, and /64 networks of IPv6, however they are written', () => {
  const cases: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['192.0.2.1:51234', '192.0.2.1'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['2001:DB8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
    ['2001:db8:0:2::1', '2001:db8:0:2::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['unknown', 'unknown'],
    ['', 'unknown'],
    ['1.2.3.4.5', 'unknown'],
    ['_hidden', 'unknown'],
  ];
  for (const [ip, network] of cases) assert.equal(clientNetwork(ip), network, ip);
});

test('around a client of IPv6 are its /56 and its /48, around one of IPv4 is nothing', () => {
  assert.deepEqual(widerNetworks('2001:db8:0:1ff::1'), [
    { network: '2001:db8:0:100::/56', times: 2 },
    { network: '2001:db8::/48', times: 5 },
  ]);
  for (const ip of ['192.0.2.1', '::ffff:192.0.2.1', 'unknown']) {
    assert.deepEqual(widerNetworks(ip), [], ip);
  }
});
