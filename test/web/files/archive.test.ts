import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveFiles } from '../../../src/web/files/serve-files.ts';
import { ARCHIVE, archiveOf } from '../../support/archive.ts';
import { NEWSLETTER, openTestSite } from '../../support/test-site.ts';
import { openServedTestSite } from '../../support/web.ts';

test('the archive is served from its files, at the addresses that mails have', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await testSite.putEdition();
  await testSite.send();
  await archiveOf(testSite).publish();
  const { ask } = await openServedTestSite(t, [serveFiles], { testSite });
  const [message] = testSite.inbox.messages;
  const list = /^List-Archive: <https:\/\/harbour\.example\/(.*?)>/m.exec(String(message?.raw));
  assert.equal((await ask(list?.[1] ?? '')).status, 200);
  const page = await ask(`archive/${NEWSLETTER}-2026-03-20/`);
  assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8']);
  // The HTML of a mail has styles in attributes. No other page may.
  const attributes = /style-src 'self';.*;style-src-attr 'unsafe-inline'$/;
  assert.match(String(page.headers['content-security-policy']), attributes);
  const lists = await ask(`${ARCHIVE}/`);
  assert.match(String(lists.headers['content-security-policy']), /style-src 'self'(;|$)/);
  assert.doesNotMatch(String(lists.headers['content-security-policy']), /unsafe/);
  assert.match(page.body, /The wall stands/);
  const [, sheet = ''] = /href="\.\.\/(styles\/\w+\.css)"/.exec(page.body) ?? [];
  assert.equal((await ask(`archive/${sheet}`)).headers['content-type'], 'text/css; charset=utf-8');
  assert.equal((await ask(`${ARCHIVE}/atom.xml`)).status, 200);
  for (const path of ['archive', ARCHIVE, `archive/${NEWSLETTER}-2026-03-20`]) {
    const { status, headers } = await ask(path);
    assert.deepEqual([status, headers.location], [308, `/${path}/`]);
  }
  for (const path of [`archive/${NEWSLETTER}-2026-03-21/`, 'archive/.archive.json']) {
    assert.equal((await ask(path)).status, 404, path);
  }
});
