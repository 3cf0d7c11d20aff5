import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { policyFetcher } from '../../src/doctor/dns/fetch-policy.ts';
import {
  checkBimi,
  checkMtaSts,
  checkMx,
  checkPtr,
  checkTlsReports,
} from '../../src/doctor/dns/receiving.ts';
import type { Result } from '../../src/doctor/finding.ts';
import { type Dns, openDns } from '../../src/kernel/dns.ts';
import { CERTIFICATE, KEY, POLICY_CERTIFICATE } from '../support/certificates.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { startDns, type Zone } from '../support/dns-server.ts';

const PAPER = 'paper.example';
const MAIL = { 'mail.paper.example': { A: ['192.0.2.10'] } } as const;
const mx = (dns: Dns) => checkMx(dns, PAPER, ['replies', 'bounces']);
const ptr = (dns: Dns) => checkPtr(dns, 'mail.paper.example', ['192.0.2.10', '2001:db8::10']);
const PTR4 = '10.2.0.192.in-addr.arpa';
const PTR6 = '0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';
const BOTH = { 'mail.paper.example': { A: ['192.0.2.10'], AAAA: ['2001:db8::10'] } } as const;

const ROWS: readonly {
  readonly when: string;
  readonly check: (dns: Dns) => Promise<Result | undefined>;
  readonly zone: Zone;
  readonly level: string;
  readonly fact: RegExp;
  readonly set?: string;
}[] = [
  {
    when: 'MX: servers that have addresses',
    check: mx,
    zone: { ...MAIL, [PAPER]: { MX: ['20 mail.paper.example', '10 mail.paper.example'] } },
    level: 'ok',
    fact: /mail\.paper\.example get replies, bounces/,
  },
  {
    when: 'MX: a domain that receives nothing',
    check: mx,
    zone: { [PAPER]: { MX: ['0 .'] } },
    level: 'failure',
    fact: /null MX.*replies, bounces cannot arrive/,
    set: `${PAPER} MX 10 mail.paper.example.`,
  },
  {
    when: 'MX: nothing at all',
    check: mx,
    zone: {},
    level: 'failure',
    fact: /no MX record and no address/,
  },
  {
    when: 'MX: the website alone',
    check: mx,
    zone: { [PAPER]: { A: ['192.0.2.1'] } },
    level: 'warning',
    fact: /go to the server of the website/,
  },
  {
    when: 'MX: one server of two is gone',
    check: mx,
    zone: { ...MAIL, [PAPER]: { MX: ['10 mail.paper.example', '20 old.paper.example'] } },
    level: 'warning',
    fact: /old\.paper\.example has no address/,
  },
  {
    when: 'MX: all are gone',
    check: mx,
    zone: { [PAPER]: { MX: ['20 old.paper.example'] } },
    level: 'failure',
    fact: /old\.paper\.example has no address/,
  },
  {
    when: 'PTR: names and addresses lead to each other',
    check: ptr,
    zone: {
      ...BOTH,
      [PTR4]: { PTR: ['mail.paper.example'] },
      [PTR6]: { PTR: ['mail.paper.example'] },
    },
    level: 'ok',
    fact: /lead to each other/,
  },
  {
    when: 'PTR: an address has no name',
    check: ptr,
    zone: { ...BOTH, [PTR4]: { PTR: ['mail.paper.example'] } },
    level: 'warning',
    fact: /2001:db8::10 has no PTR record/,
    set: `${PTR6} PTR mail.paper.example.`,
  },
  {
    when: 'PTR: the name of an address has another one',
    check: ptr,
    zone: { ...BOTH, [PTR4]: { PTR: ['other.example'] }, [PTR6]: { PTR: ['mail.paper.example'] } },
    level: 'warning',
    fact: /192\.0\.2\.10 is called other\.example, which has another address/,
    set: `${PTR4} PTR mail.paper.example.`,
  },
  {
    when: 'PTR: our name has no address',
    check: (dns) => checkPtr(dns, 'mail.paper.example', []),
    zone: {},
    level: 'warning',
    fact: /has no public address/,
  },
  {
    when: 'TLS-RPT: none, and no policy',
    check: (dns) => checkTlsReports(dns, PAPER),
    zone: {},
    level: 'ok',
    fact: /optional/,
  },
  {
    when: 'TLS-RPT: none, although there is a policy',
    check: (dns) => checkTlsReports(dns, PAPER),
    zone: { '_mta-sts.paper.example': { TXT: ['v=STSv1; id=1'] } },
    level: 'warning',
    fact: /nobody reports/,
    set: '_smtp._tls.paper.example TXT v=TLSRPTv1; rua=mailto:postmaster@paper.example',
  },
  {
    when: 'TLS-RPT: with an address',
    check: (dns) => checkTlsReports(dns, PAPER),
    zone: { '_smtp._tls.paper.example': { TXT: ['v=TLSRPTv1; rua=mailto:tls@paper.example'] } },
    level: 'ok',
    fact: /reports about TLS/,
  },
  {
    when: 'TLS-RPT: without one',
    check: (dns) => checkTlsReports(dns, PAPER),
    zone: { '_smtp._tls.paper.example': { TXT: ['v=TLSRPTv1; rua=tls@paper.example'] } },
    level: 'warning',
    fact: /names no address/,
  },
  {
    when: 'BIMI: a logo that is shown',
    check: (dns) => checkBimi(dns, PAPER),
    zone: {
      'default._bimi.paper.example': {
        TXT: ['v=BIMI1; l=https://paper.example/logo.svg; a=https://paper.example/vmc.pem'],
      },
      '_dmarc.paper.example': { TXT: ['v=DMARC1; p=quarantine'] },
    },
    level: 'ok',
    fact: /logo\.svg/,
  },
  {
    when: 'BIMI: a logo that nobody shows',
    check: (dns) => checkBimi(dns, PAPER),
    zone: { 'default._bimi.paper.example': { TXT: ['v=BIMI1; l=http://paper.example/logo.png'] } },
    level: 'warning',
    fact: /SVG; a names no certificate.*DMARC policy is none/,
  },
];

for (const { when, check, zone, level, fact, set } of ROWS) {
  test(`${when}: ${level}`, async (t) => {
    const { address } = await startDns(t, zone);
    const found = await check(openDns([address]));
    assert.equal(found?.level, level, found?.fact ?? '');
    assert.match(found?.fact ?? '', fact);
    if (set !== undefined) assert.equal(Object.values(found?.record ?? {}).join(' '), set);
  });
}

test('a domain without a logo is not asked for one', async (t) => {
  const { address } = await startDns(t, {});
  assert.equal(await checkBimi(openDns([address]), PAPER), undefined);
});

const STS = {
  '_mta-sts.paper.example': { TXT: ['v=STSv1; id=20260101'] },
  'mta-sts.paper.example': { A: ['127.0.0.1'] },
};
const SERVED = { ...STS, ...MAIL, [PAPER]: { MX: ['10 mail.paper.example'] } };
const policy = (mode: string, host: string) =>
  `version: STSv1\r\nmode: ${mode}\r\nmx: ${host}\r\nmax_age: 86400\r\n`;

const POLICIES: readonly {
  readonly when: string;
  readonly zone?: Zone;
  readonly body?: string;
  readonly status?: number;
  readonly certificate?: string;
  readonly level: string;
  readonly fact: RegExp;
}[] = [
  { when: 'there is none', zone: {}, level: 'ok', fact: /optional/ },
  {
    when: 'it names the servers',
    body: policy('enforce', 'mail.paper.example'),
    level: 'ok',
    fact: /enforce/,
  },
  {
    when: 'it names them by a pattern',
    body: policy('testing', '*.paper.example'),
    level: 'ok',
    fact: /testing/,
  },
  {
    when: 'it leaves out a server',
    body: policy('enforce', 'mx.other.example'),
    level: 'failure',
    fact: /does not name mail\.paper\.example/,
  },
  { when: 'it is none', body: 'hello', level: 'warning', fact: /no valid policy/ },
  { when: 'it moved', status: 301, level: 'warning', fact: /answered 301/ },
  { when: 'it is endless', body: 'x'.repeat(70_000), level: 'warning', fact: /longer than 64 KB/ },
  {
    when: 'its certificate is of another host',
    certificate: CERTIFICATE,
    level: 'warning',
    fact: /altnames|does not match/i,
  },
  {
    when: 'its host has no address',
    zone: { '_mta-sts.paper.example': { TXT: ['v=STSv1; id=1'] } },
    level: 'warning',
    fact: /mta-sts\.paper\.example has no address/,
  },
  {
    when: 'its record has no id',
    zone: { '_mta-sts.paper.example': { TXT: ['v=STSv1; id=a-b'] } },
    level: 'failure',
    fact: /no valid id/,
  },
];

for (const { when, zone = SERVED, body = '', status = 200, certificate, level, fact } of POLICIES) {
  test(`MTA-STS: ${when}: ${level}`, async (t) => {
    const { address } = await startDns(t, zone);
    const port = await servePolicy(t, {
      body,
      status,
      certificate: certificate ?? POLICY_CERTIFICATE,
    });
    const fetchPolicy = policyFetcher({ port, ca: certificate ?? POLICY_CERTIFICATE });
    const found = await checkMtaSts(openDns([address]), PAPER, fetchPolicy);
    assert.equal(found.level, level, found.fact);
    assert.match(found.fact, fact);
  });
}

async function servePolicy(
  t: TestContext,
  { body, status, certificate }: { body: string; status: number; certificate: string },
): Promise<number> {
  const server = createServer({ key: KEY, cert: certificate }, (request, response) => {
    const isRight =
      request.url === '/.well-known/mta-sts.txt' &&
      request.headers.host === 'mta-sts.paper.example';
    response.writeHead(isRight ? status : 404, { 'content-type': 'text/plain' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfter(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
