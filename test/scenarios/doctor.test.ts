import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DoctorReport } from '../../src/doctor/examine.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { startDns, type Zone } from '../support/dns-server.ts';
import { closedPort, openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, type Project } from '../support/program.ts';
import { startService } from '../support/service.ts';

const GOOD: Zone = {
  'paper.example': {
    MX: ['10 mail.paper.example'],
    TXT: ['v=spf1 ip4:192.0.2.10 -all'],
  },
  '_dmarc.paper.example': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@paper.example'] },
  'mail.paper.example': { A: ['192.0.2.10'] },
  '10.2.0.192.in-addr.arpa': { PTR: ['mail.paper.example'] },
};

/** A project whose relay, database and service are there, and its environment. */
async function openReady(t: TestContext, names: Zone) {
  const zone: Record<string, Zone[string]> = { ...names };
  const dns = await startDns(t, zone);
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  const { record, keyFile } = (await project.run('dkim', 'new', '--json')).json<{
    record: { name: string; value: string };
    keyFile: string;
  }>();
  const selector = record.name.split('.')[0];
  if ('_dmarc.paper.example' in zone) zone[record.name] = { TXT: [record.value] };
  const key = `{domain: paper.example, selector: ${selector}, keyFile: ${keyFile}}`;
  const config = `${CONFIG}email: {name: mail.paper.example, dkim: [${key}]}\ndns: {servers: ["${dns.address}"]}\n`;
  project.write('config/broadsheet.yaml', config);
  await project.run('subscribers', 'add', 'ada@example.org');
  const url = await startService(t, project, {}, ['--only', 'web']).url();
  const environment = {
    BROADSHEET_SMTP_URL: inbox.url,
    BROADSHEET_SERVICE_URL: url,
    BROADSHEET_PUBLIC_URL: url,
    BROADSHEET_MACHINE: 'ada',
  };
  return { project, environment, questions: dns.questions };
}

async function report(project: Project, environment: NodeJS.ProcessEnv, ...args: string[]) {
  const run = await project.runWith(environment, 'doctor', '--json', ...args);
  const { findings, counts } = run.json<DoctorReport>();
  const of = (level: string) =>
    findings
      .filter((finding) => finding.level === level)
      .map(({ check, fact }) => `${check}: ${fact}`);
  return { code: run.code, findings, counts, of };
}

test('a project that is ready to send has no failure, and the exit code 0', async (t) => {
  const { project, environment } = await openReady(t, GOOD);
  const { code, findings, of } = await report(project, environment);
  assert.deepEqual(of('failure'), []);
  assert.deepEqual(of('warning'), []);
  assert.equal(code, 0);
  const checks = findings.map(({ group, check }) => `${group} ${check}`);
  for (const expected of [
    ...['SPF', 'DKIM', 'DMARC', 'alignment', 'MX', 'MTA-STS', 'TLS-RPT', 'PTR'].map(
      (each) => `DNS ${each}`,
    ),
    ...['relay connection', 'relay TLS', 'service unsubscribing'],
    ...['machine clock', 'machine time zones', 'machine room'],
    ...[
      'database content',
      'database hold',
      'privacy place',
      'privacy modes',
      'books last edition',
    ],
  ]) {
    assert.ok(checks.includes(expected), expected);
  }
  const { stdout } = await project.runWith(environment, 'doctor');
  assert.match(stdout, /^DNS {2}paper\.example\n {2}ok {7}SPF {12}permits mail\.paper\.example/);
  assert.match(stdout, /\n\d+ ok, 0 warnings, 0 failures\.\n$/);
});

test('what prevents mail from arriving is named, with the record to set, and the exit code is 78', async (t) => {
  const { project, environment } = await openReady(t, {
    'paper.example': { A: ['192.0.2.1'] },
    'mail.paper.example': { A: ['192.0.2.10'] },
  });
  chmodSync(join(project.folder, '.broadsheet'), 0o755);
  chmodSync(join(project.folder, '.broadsheet/broadsheet.db'), 0o644);
  const bad = {
    ...environment,
    BROADSHEET_SMTP_URL: `smtp://paper:the-password@127.0.0.1:${closedPort()}`,
    BROADSHEET_SERVICE_URL: `http://127.0.0.1:${closedPort()}/`,
    BROADSHEET_SECRET: 'another-key-for-tests',
  };
  const { code, findings, of } = await report(project, bad);
  assert.equal(code, 78);
  const failures = of('failure').join('\n');
  for (const expected of [
    /SPF: there is no SPF record/,
    /DKIM: the public key is not in the DNS/,
    /DMARC: there is no DMARC record/,
    /connection: refuses the connection/,
    /unsubscribing: .* does not answer unsubscribe links/,
    /modes: every user of this machine can read \.broadsheet\/broadsheet\.db/,
  ]) {
    assert.match(failures, expected);
  }
  assert.deepEqual(findings.find(({ check }) => check === 'SPF')?.record, {
    name: 'paper.example',
    type: 'TXT',
    value: 'v=spf1 ip4:192.0.2.10 ~all',
  });
  const { stdout, stderr } = await project.runWith(bad, 'doctor');
  assert.match(
    stdout,
    /Set TXT {2}_dmarc\.paper\.example\n +v=DMARC1; p=none; rua=mailto:postmaster@paper\.example\n/,
  );
  assert.doesNotMatch(stdout + stderr, /the-password|another-key/);
});

test('without a resolver the DNS is one failure, so is a database that is away, and all else is checked', async (t) => {
  const { project, environment } = await openReady(t, GOOD);
  project.write(
    'config/broadsheet.yaml',
    `${CONFIG}dns: {servers: ["127.0.0.1:${closedPort()}"]}\n`,
  );
  const database = `postgres://paper:the-password@127.0.0.1:${closedPort()}/paper`;
  const { code, findings, of } = await report(project, {
    ...environment,
    BROADSHEET_DATABASE_URL: database,
  });
  assert.equal(code, 78);
  assert.match(
    of('failure').join('\n'),
    /^resolver: 127\.0\.0\.1:4 does not answer.*SPF, DMARC.*PTR\ncontent: 127\.0\.0\.1:4\/paper .*$/,
  );
  assert.ok(findings.some(({ group, level }) => group === 'relay' && level === 'ok'));
});

test('only what one newsletter needs is checked, also before there is a database', async (t) => {
  const { address, questions } = await startDns(t, GOOD);
  const other = `  - id: weekly
    name: The Weekly
    from: {name: The Weekly, address: weekly@other.example}
    postalAddress: 1 Test Street, Testville
`;
  const project = openProject(t, { config: `${CONFIG}${other}dns: {servers: ["${address}"]}\n` });
  const { findings } = await report(project, {}, '--newsletter', 'daily');
  assert.ok(
    !questions.some((question) => /^TXT .*other\.example/.test(question)),
    questions.join(),
  );
  assert.match(findings.find(({ check }) => check === 'DKIM')?.fact ?? '', /no key of this domain/);
  assert.match(findings.find(({ group }) => group === 'database')?.fact ?? '', /none yet/);
  const unknown = await project.run('doctor', '--newsletter', 'monthly');
  assert.equal(unknown.code, 64);
});
