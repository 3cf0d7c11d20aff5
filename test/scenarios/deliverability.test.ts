import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { classifyReply, parseReply } from '../../src/delivery/relay/classify-reply.ts';
import { RELAY_PRESETS, type RelayPreset } from '../../src/settings/relay-presets.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { type Names, startDns } from '../support/dns-server.ts';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject } from '../support/program.ts';
import { startService } from '../support/service.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/deliverability.md'), 'utf8');

/** The blocks of the page with this name. */
function blocks(name: string): readonly string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${name}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  );
}

const RECORDS = blocks('dns')
  .flatMap((block) => block.trim().split('\n'))
  .map((line) => /^(\S+) +(A|MX|PTR|TXT) +(.+)$/.exec(line)?.slice(1) ?? [line]);

/** The rows of the table below a heading, as their cells. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = PAGE.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split(' | '));
}

test('what the page about deliverability quotes of doctor is what it prints with the records of the page', async (t) => {
  const zone: Record<string, Names> = { 'mail.example.org': { A: ['192.0.2.10'] } };
  const set = (records: readonly (readonly string[])[]) => {
    for (const [name = '', type = '', value] of records) {
      zone[name] = { ...zone[name], [type]: [value] };
    }
  };
  const dns = await startDns(t, zone);
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const from = 'digest@news.example.org}';
  const others =
    'bounceAddress: bounces@news.example.org\n    complaintAddress: complaints@news.example.org';
  const base = CONFIG.replace('daily@paper.example}', `${from}\n    ${others}`);
  const project = openProject(t, { config: base });
  const configure = (dkim: string) =>
    project.write(
      'config/broadsheet.yaml',
      `${base}email:\n  name: mail.example.org\n${dkim}dns: {servers: ["${dns.address}"]}\n`,
    );
  configure('');
  const environment = { BROADSHEET_SMTP_URL: inbox.url, BROADSHEET_MACHINE: 'ada' };
  const before = (await project.runWith(environment, 'doctor')).stdout;

  const key = await project.run('dkim', 'new', '--now', '2026-03-02T09:00:00Z', '--json');
  const { record } = key.json<{ record: { name: string; value: string } }>();
  configure(/^ {2}dkim:\n.*\n/m.exec(PAGE)?.[0] ?? '');
  set(RECORDS.toReversed());
  set([[record.name, 'TXT', record.value]]);
  await project.run('subscribers', 'add', 'ada@example.org');
  const url = await startService(t, project, {}, ['--only', 'web']).url();
  const ready = { ...environment, BROADSHEET_SERVICE_URL: url, BROADSHEET_PUBLIC_URL: url };
  const first = await project.runWith(ready, 'doctor');
  set(RECORDS.filter(([name]) => name !== record.name));
  const last = await project.runWith(ready, 'doctor');

  assert.deepEqual([first.code, last.code], [0, 0], first.stdout);
  const printed = before + first.stdout + last.stdout;
  const quoted = blocks('text').map((block) => block.replace('https://digest.example.org/', url));
  assert.ok(quoted.length > 10);
  for (const block of quoted) assert.ok(printed.includes(block), `${block}\n${printed}`);
  assert.ok(RECORDS.some(([name]) => name === record.name));
});

test('the page about deliverability has a row for each relay with its limits and where they are from', () => {
  const rows = new Map(rowsOf('Relays').map((row) => [row[0]?.replaceAll('`', ''), row]));
  for (const [name, preset] of Object.entries<RelayPreset>(RELAY_PRESETS)) {
    const [, , limits = '', , back = '', , source = ''] = rows.get(name) ?? [];
    const { messagesPerDay, messagesPerHour, messagesPerConnection, connections } = preset;
    for (const limit of [messagesPerDay, messagesPerHour, messagesPerConnection, connections]) {
      assert.ok(limits.replaceAll(',', '').includes(String(limit ?? '')), `${name}: ${limit}`);
    }
    assert.ok(back.startsWith(preset.bounces), name);
    assert.ok(source.includes(`(${preset.source.split(',')[0]})`), name);
  }
});

test('no reply that the page about deliverability lists ends a subscription', () => {
  const replies = rowsOf('13 If something goes wrong').flatMap(
    ([reply = '']) => /^`(.+)`$/.exec(reply)?.[1] ?? [],
  );
  assert.ok(replies.length > 10);
  const classes = replies.map((reply) => classifyReply(parseReply(reply), 'dot'));
  assert.deepEqual(
    replies.filter((_, at) => !['policy', 'slowDown', 'transient'].includes(classes[at] ?? '')),
    [],
    classes.join(),
  );
});
