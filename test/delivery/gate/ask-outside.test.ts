import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { askLinks } from '../../../src/delivery/gate/ask-links.ts';
import { askSpamAssassin } from '../../../src/delivery/gate/ask-spamassassin.ts';
import { inspectApart, inspectEdition } from '../../../src/delivery/gate/inspect-edition.ts';
import { PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { stoppedClock, systemClock } from '../../../src/kernel/clock.ts';
import { BroadsheetError } from '../../../src/kernel/errors.ts';
import { newsletter } from '../../editions/samples.ts';
import { cleanUpAfter } from '../../support/clean-up-after.ts';
import { DEFAULTS } from '../../support/default-settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { makeEdition } from '../../support/test-site.ts';

/** A site whose paths are the status of their answers, with what it was asked. */
async function openSite(t: TestContext) {
  const asked: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    asked.push(`${method} ${url}`);
    const [, status = '200'] = /^\/(\d+)/.exec(url) ?? [];
    const isHead = method === 'HEAD' && url === '/200-by-get';
    response.writeHead(isHead ? 405 : Number(status), { location: '/404' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfter(t, () => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, asked, url: (path: string) => `http://${host}/${path}` };
}

test('a page that is gone is told from one whose server is in trouble, and from one that is there', async (t) => {
  const site = await openSite(t);
  const paths = ['200', '200-by-get', '301', '403', '404', '410', '503'];
  const answers = await askLinks(paths.map(site.url), new Set([site.host]));
  const kinds = new Map(answers.map(({ url, kind }) => [url, kind]));
  assert.deepEqual(
    paths.map((path) => kinds.get(site.url(path))),
    ['alive', 'alive', 'alive', 'alive', 'gone', 'gone', 'away'],
  );
  assert.ok(site.asked.includes('GET /200-by-get'));
  assert.ok(!site.asked.includes('GET /404'), 'no redirect is followed');
});

function configOf(serviceUrl: string, links: 'check' | 'off') {
  return {
    ...{ site: { ...DEFAULTS.site, color: '#8b1e2d' }, publicUrl: 'https://harbour.example/' },
    ...{ serviceUrl, secrets: [], dkim: [] },
    gate: { ...DEFAULTS.gate, links, spamAssassin: 'off' },
  } as const;
}

test('a process of its own finds the same, and throws the same', async (t) => {
  const config = configOf('https://harbour.example/', 'off');
  const clock = stoppedClock(Temporal.Instant.from('2026-03-20T07:00Z'));
  const deps = { config, clock };
  const edition = {
    ...makeEdition('x-2026-03-20'),
    html: '<p style="color:#ccc;background:#fff;position:fixed">x</p><a href="http://10.0.0.1/">x</a>',
  };
  const inspect = inspectApart(deps, t.signal);
  const found = await inspectEdition({ ...deps, inspect }, newsletter(), edition);
  assert.ok(found.length > 1);
  assert.deepEqual(found, await inspectEdition(deps, newsletter(), edition));
  const keyFile = join(temporaryFolder(t, { 'key.pem': 'no key' }), 'key.pem');
  const dkim = [{ domain: 'harbour.example', selector: 'x', keyFile }];
  const broken = inspectApart({ config: { ...config, dkim }, clock }, t.signal);
  await assert.rejects(broken(newsletter(), edition), BroadsheetError);
});

test('the links to unsubscribe and to the weekly sister are not asked: they belong to a reader', async (t) => {
  const site = await openSite(t);
  const way = PLACEHOLDERS.unsubscribeUrl;
  const links = [way, `${way}/weekly`, site.url('200')].map((url) => `<a href="${url}">x</a>`);
  const config = configOf(site.url(''), 'check');
  await inspectEdition({ config, clock: systemClock }, newsletter(), {
    ...{ id: 'x-2026-03-20', newsletter: 'x', day: '2026-03-20', subject: 'x', preheader: '' },
    ...{ html: links.join(''), text: 'x', posts: [], composedAt: '2026-03-20T07:00:00.000Z' },
  });
  assert.deepEqual(site.asked, ['HEAD /200']);
});

test('private addresses of others are not asked, and neither are mail addresses', async (t) => {
  const site = await openSite(t);
  const answers = await askLinks([site.url('200'), 'mailto:desk@harbour.example'], new Set());
  assert.deepEqual(
    answers.map(({ kind, fact }) => [kind, fact]),
    [['away', 'is at the private address 127.0.0.1']],
  );
  assert.deepEqual(site.asked, []);
});

test('a server that does not exist is away', async () => {
  const [answer] = await askLinks(['http://127.0.0.1:1/'], new Set(['127.0.0.1:1']));
  assert.equal(answer?.kind, 'away');
  assert.match(answer?.fact ?? '', /^cannot be reached/);
});

function usePath(t: TestContext, path: string): void {
  const before = process.env.PATH;
  cleanUpAfter(t, () => {
    process.env.PATH = before;
  });
  process.env.PATH = path;
}

/** A program called spamassassin that prints `output`, alone on the path with the system's. */
function install(t: TestContext, output: string): void {
  const folder = temporaryFolder(t);
  const file = join(folder, 'spamassassin');
  writeFileSync(file, `#!/bin/sh\ncat > ${folder}/read\ncat <<'END'\n${output}\nEND\n`);
  chmodSync(file, 0o755);
  usePath(t, `${folder}${delimiter}${process.env.PATH}`);
}

test('the score, the limit and the rules of SpamAssassin are read from its header', async (t) => {
  install(
    t,
    'Received: from localhost by host\nX-Spam-Status: Yes, score=6.1 required=5.0 tests=HTML_IMAGE_ONLY_08,\n\tMIME_HTML_ONLY,URIBL_BLOCKED autolearn=no\n\tautolearn_force=no version=4.0.1\nSubject: x\n\nX-Spam-Status: No, score=0 required=5.0',
  );
  assert.deepEqual(await askSpamAssassin(Buffer.from('Subject: x\r\n\r\nx\r\n')), {
    score: 6.1,
    required: 5,
    rules: ['HTML_IMAGE_ONLY_08', 'MIME_HTML_ONLY', 'URIBL_BLOCKED'],
  });
});

test('without SpamAssassin, or with one that says nothing, there is no score', async (t) => {
  install(t, 'it is broken');
  assert.equal(await askSpamAssassin(Buffer.from('x')), undefined);
  usePath(t, temporaryFolder(t));
  assert.equal(await askSpamAssassin(Buffer.from('x')), undefined);
});
