import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSpf, type SendingRelay } from '../../src/doctor/dns/spf.ts';
import { DnsFailure, openDns } from '../../src/kernel/dns.ts';
import { startDns, type Zone } from '../support/dns-server.ts';

const RELAY: SendingRelay = {
  host: 'mail.paper.example',
  addresses: ['192.0.2.10', '2001:db8::10'],
};
const SENDGRID: SendingRelay = { host: 'smtp.sendgrid.net', addresses: ['198.51.100.1'] };
const MAILJET: SendingRelay = { host: 'in-v3.mailjet.com', addresses: ['198.51.100.1'] };
const GOOGLE: SendingRelay = { host: 'smtp.gmail.com', addresses: ['198.51.100.2'] };
const SMALL: SendingRelay = { host: 'smtp.small.example', addresses: ['198.51.100.3'] };

const name = (at: number) => `i${at}.example`;
/** Includes of includes: as many lookups as there are names. */
const chain = (count: number): Zone =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      name(at),
      {
        TXT: [
          at + 1 < count ? `v=spf1 include:${name(at + 1)} ?all` : 'v=spf1 ip4:203.0.113.0/24 ?all',
        ],
      },
    ]),
  );
const END = '-all';

/** Each row: the domain's texts, other names, the relay, what is found, the record to set. */
const ROWS: readonly {
  readonly when: string;
  readonly texts?: readonly (string | readonly string[])[];
  readonly zone?: Zone;
  readonly relay?: SendingRelay;
  readonly level: string;
  readonly fact: RegExp;
  readonly set?: string;
}[] = [
  {
    when: 'there is none',
    texts: ['some-site-verification=1'],
    level: 'failure',
    fact: /no SPF record/,
    set: 'v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 ~all',
  },
  {
    when: 'there is none, and nobody knows where the relay sends from',
    relay: { host: 'smtp.lan', addresses: [] },
    level: 'failure',
    fact: /no SPF record/,
  },
  {
    when: 'there are two',
    texts: ['v=spf1 ip4:192.0.2.10 -all', 'v=spf1 include:i0.example ~all'],
    level: 'failure',
    fact: /2 SPF records.*RFC 7208 §4\.5/,
    set: 'v=spf1 ip4:192.0.2.10 include:i0.example -all',
  },
  {
    when: 'it lists the relay',
    texts: [['v=spf1 ip4:192.0.2.0/24 ', 'ip6:2001:db8::/32 -all']],
    level: 'ok',
    fact: /permits mail\.paper\.example, with 0 of at most 10/,
  },
  {
    when: 'it lists one address of the relay',
    texts: [`v=spf1 ip4:192.0.2.10 ${END}`],
    level: 'warning',
    fact: /does not permit 2001:db8::10 of mail\.paper\.example/,
    set: 'v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all',
  },
  {
    when: 'it is the mail server, and a redirect',
    texts: ['v=spf1 redirect=i0.example'],
    zone: {
      'i0.example': { TXT: ['v=spf1 mx:mx.example ip6:2001:db8::10 ~all'] },
      'mx.example': { MX: ['10 a.mx.example'] },
      'a.mx.example': { A: ['192.0.2.10'] },
    },
    level: 'ok',
    fact: /permits mail\.paper\.example, with 2 of/,
  },
  {
    when: 'it has macros',
    texts: ['v=spf1 exists:%{ir}.%{v}.%{d} ip6:2001:db8::10 -all'],
    zone: { '10.2.0.192.in-addr.paper.example': { A: ['127.0.0.2'] } },
    level: 'ok',
    fact: /permits mail\.paper\.example/,
  },
  {
    when: 'it needs exactly ten lookups',
    texts: ['v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 include:i0.example -all'],
    zone: chain(10),
    level: 'warning',
    fact: /needs 10 of at most 10 lookups/,
  },
  {
    when: 'it needs eleven',
    texts: ['v=spf1 include:i0.example -all'],
    zone: chain(11),
    level: 'failure',
    fact: /more than 10 lookups/,
  },
  {
    when: 'it looks up three names that have nothing',
    texts: ['v=spf1 a:one.no a:two.no a:three.no -all'],
    level: 'failure',
    fact: /more than two names that have no records/,
  },
  {
    when: 'it includes a domain without a record',
    texts: ['v=spf1 include:nothing.example -all'],
    level: 'failure',
    fact: /invalid.*no SPF records found for nothing\.example/,
  },
  {
    when: 'it has a word that is none',
    texts: ['v=spf1 ipv4:192.0.2.10 -all'],
    level: 'failure',
    fact: /invalid.*ipv4/,
  },
  {
    when: 'it permits everybody',
    texts: ['v=spf1 +all'],
    level: 'failure',
    fact: /every machine in the world/,
    set: 'v=spf1 ~all',
  },
  {
    when: 'it has no end',
    texts: ['v=spf1 ip4:192.0.2.10 ip6:2001:db8::10'],
    level: 'warning',
    fact: /no ~all or -all/,
    set: 'v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 ~all',
  },
  {
    when: 'it includes the provider',
    texts: ['v=spf1 include:spf.mailjet.com -all'],
    zone: { 'spf.mailjet.com': { TXT: ['v=spf1 ip4:203.0.113.0/24 -all'] } },
    relay: MAILJET,
    level: 'ok',
    fact: /permits in-v3\.mailjet\.com/,
  },
  {
    when: 'it lacks a provider that may send with a bounce domain of its own',
    texts: ['v=spf1 mx -all'],
    zone: {},
    relay: MAILJET,
    level: 'warning',
    fact: /does not include spf\.mailjet\.com/,
    set: 'v=spf1 mx include:spf.mailjet.com -all',
  },
  {
    when: 'there is none, and the provider may send with a bounce domain of its own',
    texts: [],
    relay: MAILJET,
    level: 'warning',
    fact: /there is no SPF record/,
    set: 'v=spf1 include:spf.mailjet.com ~all',
  },
  {
    when: 'there is none, and the provider has its own',
    texts: [],
    relay: SENDGRID,
    level: 'ok',
    fact: /there is none, and none is needed: the envelope of smtp\.sendgrid\.net has its own/,
  },
  {
    when: 'it says nothing of a provider that has its own',
    texts: ['v=spf1 mx -all'],
    relay: SENDGRID,
    level: 'ok',
    fact: /permits what it lists.*; the envelope of smtp\.sendgrid\.net has its own/,
  },
  {
    when: 'it lacks a provider that keeps the sender',
    texts: ['v=spf1 mx ~all'],
    relay: GOOGLE,
    level: 'failure',
    fact: /does not include _spf\.google\.com, from where smtp\.gmail\.com sends/,
    set: 'v=spf1 mx include:_spf.google.com ~all',
  },
  {
    when: 'it includes something of an unknown relay',
    texts: ['v=spf1 include:_spf.small.example -all'],
    zone: { '_spf.small.example': { TXT: ['v=spf1 ip4:203.0.113.0/24 -all'] } },
    relay: SMALL,
    level: 'ok',
    fact: /permits smtp\.small\.example/,
  },
];

for (const { when, texts = [], zone = {}, relay = RELAY, level, fact, set } of ROWS) {
  test(`SPF: ${when}: ${level}`, async (t) => {
    const { address } = await startDns(t, { ...zone, 'paper.example': { TXT: texts } });
    const found = await checkSpf(openDns([address]), 'paper.example', [relay]);
    assert.equal(found.level, level, found.fact);
    assert.match(found.fact, fact);
    const record = { name: 'paper.example', type: 'TXT', value: set };
    assert.deepEqual(found.record, set === undefined ? undefined : record);
  });
}

test('SPF of a domain whose includes cannot be looked up is no verdict', async (t) => {
  const { address } = await startDns(t, {
    'paper.example': { TXT: ['v=spf1 include:broken.example -all'] },
    'broken.example': 'SERVFAIL',
  });
  await assert.rejects(checkSpf(openDns([address]), 'paper.example', [RELAY]), DnsFailure);
});
