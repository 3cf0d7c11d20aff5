import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dmarc as evaluate } from 'mailauth/lib/dmarc/index.js';
import { checkAlignment, checkDmarc, walkTree } from '../../src/doctor/dns/dmarc.ts';
import { openDns } from '../../src/kernel/dns.ts';
import { type Names, startDns, type Zone } from '../support/dns-server.ts';

const RUA = 'rua=mailto:dmarc@paper.example';
const dmarc = (...texts: string[]): Names => ({ TXT: texts });

const ROWS: readonly {
  readonly when: string;
  readonly from?: string;
  readonly zone: Zone;
  readonly level: string;
  readonly fact: RegExp;
  /** Name and value of the record to set. */
  readonly set?: readonly [name: string, value: string];
}[] = [
  {
    when: 'there is none',
    zone: { 'paper.example': {} },
    level: 'failure',
    fact: /no DMARC record/,
    set: ['_dmarc.paper.example', 'v=DMARC1; p=none; rua=mailto:postmaster@paper.example'],
  },
  {
    when: 'there are two',
    zone: { '_dmarc.paper.example': dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject') },
    level: 'failure',
    fact: /2 DMARC records, which count as none/,
  },
  {
    when: 'there are two, below a domain that has one',
    from: 'news.paper.example',
    zone: {
      '_dmarc.news.paper.example': dmarc(`v=DMARC1; p=reject; ${RUA}`, 'v=DMARC1; p=none'),
      '_dmarc.paper.example': dmarc(`v=DMARC1; p=reject; ${RUA}`),
    },
    level: 'failure',
    fact: /2 DMARC records/,
    set: ['_dmarc.news.paper.example', `v=DMARC1; p=reject; ${RUA}`],
  },
  {
    when: 'it has a tag twice',
    zone: { '_dmarc.paper.example': dmarc('v=DMARC1; p=none; p=reject') },
    level: 'failure',
    fact: /tag twice/,
  },
  {
    when: 'it only watches',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=none; ${RUA}`) },
    level: 'ok',
    fact: /policy is none \(reports only/,
  },
  {
    when: 'it rejects, with a text beside it that is no DMARC record',
    zone: { '_dmarc.paper.example': dmarc('hello', `v=DMARC1;p=reject;${RUA}`) },
    level: 'ok',
    fact: /policy is reject$/,
  },
  {
    when: 'the policy is no policy',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=block; ${RUA}`) },
    level: 'failure',
    fact: /p=block is no policy/,
    set: ['_dmarc.paper.example', `v=DMARC1; p=none; ${RUA}`],
  },
  {
    when: 'it has no p',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; ${RUA}`) },
    level: 'warning',
    fact: /no p; older receivers/,
    set: ['_dmarc.paper.example', `v=DMARC1; p=none; ${RUA}`],
  },
  {
    when: 'it has pct, which was removed',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=quarantine; pct=20; ${RUA}`) },
    level: 'warning',
    fact: /pct is not read any more \(RFC 9989\)/,
    set: ['_dmarc.paper.example', `v=DMARC1; p=quarantine; ${RUA}`],
  },
  {
    when: 'it is being tested',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=reject; t=y; ${RUA}`) },
    level: 'warning',
    fact: /t=y says that you are testing: receivers apply quarantine/,
    set: ['_dmarc.paper.example', `v=DMARC1; p=reject; ${RUA}`],
  },
  {
    when: 'subdomains that do not exist have a weaker policy',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=reject; np=none; ${RUA}`) },
    level: 'warning',
    fact: /np is weaker than p/,
    set: ['_dmarc.paper.example', `v=DMARC1; p=reject; ${RUA}`],
  },
  {
    when: 'a weaker policy of subdomains is also that of those that do not exist',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=reject; sp=none; ${RUA}`) },
    level: 'warning',
    fact: /sp is weaker than p.*add np/,
  },
  {
    when: 'it says that it is a public suffix',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=reject; psd=y; ${RUA}`) },
    level: 'failure',
    fact: /psd=y/,
  },
  {
    when: 'nobody gets its reports',
    zone: { '_dmarc.paper.example': dmarc('v=DMARC1; p=reject') },
    level: 'warning',
    fact: /nobody gets its reports/,
    set: ['_dmarc.paper.example', 'v=DMARC1; p=reject; rua=mailto:postmaster@paper.example'],
  },
  {
    when: 'its reports go to somebody who did not consent',
    zone: { '_dmarc.paper.example': dmarc('v=DMARC1; p=reject; rua=mailto:x@reports.test!10m') },
    level: 'warning',
    fact: /reports\.test does not accept.*paper\.example\._report\._dmarc\.reports\.test/,
  },
  {
    when: 'its reports go to somebody who did',
    zone: {
      '_dmarc.paper.example': dmarc('v=DMARC1; p=reject; rua=mailto:x@reports.test'),
      'paper.example._report._dmarc.reports.test': dmarc('v=DMARC1'),
    },
    level: 'ok',
    fact: /reject/,
  },
  {
    when: 'a subdomain has the policy that the organization has for subdomains',
    from: 'news.paper.example',
    zone: {
      'news.paper.example': { MX: ['10 mail.paper.example'] },
      '_dmarc.paper.example': dmarc(`v=DMARC1; p=reject; sp=quarantine; np=reject; ${RUA}`),
    },
    level: 'ok',
    fact: /policy is quarantine, by the record of paper\.example/,
  },
  {
    when: 'a subdomain that does not exist has the policy for those',
    from: 'news.paper.example',
    zone: { '_dmarc.paper.example': dmarc(`v=DMARC1; p=quarantine; np=reject; ${RUA}`) },
    level: 'ok',
    fact: /policy is reject, by the record of paper\.example/,
  },
];

for (const { when, from = 'paper.example', zone, level, fact, set } of ROWS) {
  test(`DMARC: ${when}: ${level}`, async (t) => {
    const { address } = await startDns(t, zone);
    const found = await checkDmarc(openDns([address]), from);
    assert.equal(found.level, level, found.fact);
    assert.match(found.fact, fact);
    if (set !== undefined) {
      assert.deepEqual(found.record, { name: set[0], type: 'TXT', value: set[1] });
    }
  });
}

const DEEP = 'a.b.c.d.e.f.g.h.paper.example';

const WALKS: readonly {
  readonly of: string;
  readonly zone: Zone;
  readonly org: string;
  readonly record?: string;
}[] = [
  { of: 'paper.example', zone: {}, org: 'paper.example' },
  {
    of: 'news.paper.example',
    zone: { '_dmarc.paper.example': dmarc('v=DMARC1; p=none') },
    org: 'paper.example',
    record: 'paper.example',
  },
  {
    of: 'news.paper.example',
    zone: {
      '_dmarc.news.paper.example': dmarc('v=DMARC1; p=none; psd=n'),
      '_dmarc.paper.example': dmarc('v=DMARC1; p=none'),
    },
    org: 'news.paper.example',
    record: 'news.paper.example',
  },
  {
    of: 'news.paper.co.example',
    zone: { '_dmarc.co.example': dmarc('v=DMARC1; p=reject; psd=y') },
    org: 'paper.co.example',
    record: 'co.example',
  },
  {
    of: 'news.paper.co.example',
    zone: {
      '_dmarc.co.example': dmarc('v=DMARC1; p=reject; psd=y'),
      '_dmarc.paper.co.example': dmarc('v=DMARC1; p=none'),
      '_dmarc.example': dmarc('v=DMARC1; p=none'),
    },
    org: 'paper.co.example',
    record: 'paper.co.example',
  },
  {
    of: DEEP,
    zone: { '_dmarc.paper.example': dmarc('v=DMARC1; p=none') },
    org: 'paper.example',
    record: 'paper.example',
  },
  // Between the domain itself and its last seven labels, nothing is asked.
  {
    of: DEEP,
    zone: { '_dmarc.b.c.d.e.f.g.h.paper.example': dmarc('v=DMARC1; p=none') },
    org: DEEP,
  },
];

for (const [at, { of, zone, org, record }] of WALKS.entries()) {
  test(`the tree walk of ${of} (${at + 1}) ends at ${org}, as that of another library, in eight questions`, async (t) => {
    const { address, questions } = await startDns(t, { ...zone, [of]: { A: ['192.0.2.1'] } });
    const walk = await walkTree(openDns([address]), of);
    assert.deepEqual([walk.orgDomain, walk.record?.domain], [org, record]);
    assert.ok(questions.length <= 8, questions.join(', '));
    const resolver = async (name: string, type: string) => {
      const names = zone[name];
      const texts = type === 'TXT' && typeof names === 'object' ? names.TXT : undefined;
      if (texts !== undefined) return texts.map((text) => [text].flat());
      throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    };
    const theirs = await evaluate({ headerFrom: of, resolver });
    assert.ok(theirs !== false);
    assert.deepEqual([theirs.domain, theirs.policyDomain], [org, record]);
  });
}

test('SPF or DKIM of the same organization is aligned, unless the record asks for the same domain', async (t) => {
  const { address } = await startDns(t, {
    '_dmarc.paper.example': dmarc('v=DMARC1; p=reject; adkim=s'),
    ...Object.fromEntries(
      ['paper.example', 'bounces.paper.example', 'relay.test'].map((name) => [
        name,
        { TXT: ['v=spf1 ip4:192.0.2.10 ~all'] },
      ]),
    ),
    'two.paper.example': { TXT: ['v=spf1 -all', 'v=spf1 ~all'] },
  });
  const dns = openDns([address]);
  const align = async (spf: readonly string[], dkim: readonly string[]) => {
    const { level, fact } = await checkAlignment(dns, 'paper.example', { spf, dkim });
    return `${level}: ${fact}`;
  };
  assert.match(await align(['bounces.paper.example'], []), /^ok: SPF \(bounces/);
  assert.match(await align(['paper.example'], ['paper.example']), /^ok: SPF .* and DKIM .* are of/);
  assert.match(await align(['relay.test'], ['paper.example']), /^ok: DKIM/);
  assert.match(await align(['relay.test'], ['news.paper.example']), /^failure: .*DMARC fails/);
  assert.match(await align([], []), /^warning: .*unless your relay signs/);
  for (const domain of ['plain.paper.example', 'two.paper.example']) {
    assert.match(
      await align([domain], []),
      /^warning: .* has no valid SPF record, and the config has no DKIM key.*unless your relay signs/,
    );
    assert.match(await align([domain], ['paper.example']), /^ok: DKIM \(paper\.example\) is of/);
  }
});
