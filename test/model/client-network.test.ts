import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientNetwork } from '../../src/model/client-network.ts';

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
