import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { askUrl, form } from '../support/web.ts';

test('while another program writes to the SQLite file, pages are served, and a form is taken afterwards', async (t) => {
  const config = `${CONFIG}web: {signUp: {minimumSeconds: 0}}\n`;
  const project = openProject(t, { config });
  project.write('posts/ferries.md', postText('Night ferries saved'));
  const environment = { BROADSHEET_SMTP_URL: 'smtp://127.0.0.1:9' };
  const service = startService(t, project, environment);
  const site = await service.url();
  const ask = (path: string, options = {}) => askUrl(new URL(path, site).href, options);
  await service.waitFor(({ msg }) => msg === 'feeds built');
  const { token } = JSON.parse((await ask('/api/form')).body);

  const other = new DatabaseSync(join(project.folder, '.broadsheet/broadsheet.db'));
  cleanUpAfter(t, () => other.close());
  other.exec('begin immediate');
  let isTaken = false;
  const fields = { address: 'ada@example.org', newsletters: 'daily', newsletter: 'daily', token };
  const taken = ask('/subscribe/', form(fields)).finally(() => {
    isTaken = true;
  });
  // Each would wait for the form, had it the only connection.
  for (const path of ['/', '/subscribe/', '/preferences/', '/readyz', '/healthz']) {
    assert.equal((await ask(path)).status, 200, path);
  }
  assert.equal(isTaken, false);
  other.exec('commit');
  assert.ok((await taken).status < 400);
  assert.equal(await service.stop(), 0, service.text());
});
