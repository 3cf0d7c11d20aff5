import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { limitsDomains, openDomainGroups } from '../../src/delivery/run/domain-groups.ts';
import { DomainThrottles } from '../../src/delivery/throttle.ts';
import { openDns } from '../../src/kernel/dns.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { startDns, type Zone } from '../support/dns-server.ts';
import { accountAt } from '../support/sending.ts';
import { waitFor } from '../support/wait-for.ts';

async function openGroups(t: TestContext, zone: Zone) {
  const dns = await startDns(t, zone);
  const groups = openDomainGroups(openDns([dns.address]));
  cleanUpAfter(t, () => groups.end());
  return { dns, groups };
}

test('the provider of a domain is that of its first server, once the DNS has answered', async (t) => {
  const { dns, groups } = await openGroups(t, {
    'paper.press': { MX: ['20 mx.quay.press', '5 paper-press.mail.protection.outlook.com'] },
  });
  assert.equal(groups.groupOf('paper.press'), 'paper.press');
  await waitFor('an answer', () => groups.groupOf('paper.press') === 'microsoft');
  assert.deepEqual(dns.questions, ['MX paper.press']);
});

test('a domain whose servers cannot be found out is a group of its own', async (t) => {
  const { dns, groups } = await openGroups(t, {
    'broken.press': 'SERVFAIL',
    'mute.press': 'silent',
  });
  const domains = ['broken.press', 'mute.press', 'unknown.press'];
  assert.deepEqual(domains.map(groups.groupOf), domains);
  await waitFor('three questions', () => new Set(dns.questions).size === 3);
  assert.deepEqual(domains.map(groups.groupOf), domains);
});

test('domains of providers, and those that nobody has, are no question', async (t) => {
  const { dns, groups } = await openGroups(t, { 'last.press': {} });
  assert.equal(groups.groupOf('gmail.com'), 'google');
  assert.equal(groups.groupOf('reader.example'), 'reader.example');
  assert.equal(groups.groupOf('example.org'), 'example.org');
  groups.groupOf('last.press');
  await waitFor('the last question', () => dns.questions.length > 0);
  assert.deepEqual(new Set(dns.questions), new Set(['MX last.press']));
});

test('a few questions at a time are asked, and none after the end', async (t) => {
  const zone = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`d${at}.press`, 'silent'] as const),
  );
  const { dns, groups } = await openGroups(t, zone);
  for (const domain of Object.keys(zone)) groups.groupOf(domain);
  await waitFor('the first questions', () => new Set(dns.questions).size >= 8);
  groups.end();
  assert.equal(new Set(dns.questions).size, 8);
});

test('a domain with limits of its own has a throttle of its own', () => {
  const { groupOf } = openDomainGroups(undefined);
  const limits = { connections: 5, of: new Map([['gmail.com', { connections: 1 }]]) };
  const throttles = new DomainThrottles(limits, new Map(), groupOf);
  const names = ['gmail.com', 'googlemail.com', 'aol.com', 'yahoo.fr'].map((d) =>
    throttles.nameOf(d),
  );
  assert.deepEqual(names, ['gmail.com', 'google', 'yahoo', 'yahoo']);
  assert.equal(throttles.of('aol.com', 0), throttles.of('yahoo.fr', 0));
  for (let times = 0; times < 5; times += 1) throttles.of('aol.com', 0).enter(0);
  assert.deepEqual(throttles.closed(0).toSorted(), ['aol.com', 'yahoo.fr']);
});

test('the DNS is asked only if a limit of domains can hold back a message', () => {
  const relays = [accountAt({ url: 'smtp://127.0.0.1:25' }, { connections: 5 })] as const;
  const limits = (domains: Parameters<typeof limitsDomains>[0]['domains']) =>
    limitsDomains({ domains, relays });
  assert.equal(limits({ connections: 20, of: new Map() }), false);
  assert.equal(limits({ connections: 4, of: new Map() }), true);
  assert.equal(limits({ connections: 20, messagesPerSecond: 5, of: new Map() }), true);
  assert.equal(limits({ connections: 20, of: new Map([['google', { connections: 5 }]]) }), true);
});
