import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DnsFailure, openDns } from '../../src/kernel/dns.ts';
import { startDns } from '../support/dns-server.ts';

test('a name has the records that it has, or none, and the same question is asked once', async (t) => {
  const long = 'x'.repeat(250);
  const { address, questions } = await startDns(t, {
    'paper.example': {
      A: ['192.0.2.1'],
      MX: ['10 mail.paper.example'],
      TXT: ['one', [long, long, long]],
    },
  });
  const dns = openDns([address]);
  assert.deepEqual(await dns.resolve('paper.example', 'A'), ['192.0.2.1']);
  const [mx] = await dns.resolve('paper.example', 'MX');
  assert.deepEqual([mx?.exchange, mx?.priority], ['mail.paper.example', 10]);
  const texts = await dns.resolve('paper.example', 'TXT');
  assert.deepEqual(texts.toSorted(), ['one', long.repeat(3)], 'a long answer comes over TCP');
  assert.deepEqual(await dns.resolve('paper.example', 'AAAA'), []);
  assert.deepEqual(await dns.resolve('no.paper.example', 'A'), []);
  const before = questions.length;
  assert.deepEqual(await dns.resolve('Paper.example.', 'A'), ['192.0.2.1']);
  assert.equal(questions.length, before);
});

test('a resolver that cannot find out, and one that is away, are failures and not missing records', async (t) => {
  const { address } = await startDns(t, { 'broken.example': 'SERVFAIL' });
  const dns = openDns([address]);
  const failsWith = (isUnreachable: boolean, message: RegExp) => (error: unknown) =>
    error instanceof DnsFailure &&
    error.isUnreachable === isUnreachable &&
    message.test(error.message);
  await assert.rejects(
    dns.resolve('broken.example', 'TXT'),
    failsWith(false, /cannot look up TXT of broken\.example \(ESERVFAIL\)/),
  );
  // Port 4 is assigned to no service.
  await assert.rejects(
    openDns(['127.0.0.1:4']).resolve('paper.example', 'A'),
    failsWith(true, /the resolver 127\.0\.0\.1:4 does not answer/),
  );
});

test('what is cancelled fails, and nothing waits for it', async (t) => {
  const { address } = await startDns(t, { 'silent.example': 'silent' });
  const dns = openDns([address]);
  const asked = assert.rejects(dns.resolve('silent.example', 'A'), DnsFailure);
  dns.cancel();
  await asked;
});
