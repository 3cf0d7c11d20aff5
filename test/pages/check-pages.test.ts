import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkPages } from '../../src/pages/check-pages.ts';
import { PAGE_NAMES } from '../../src/pages/web-templates.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeConfig } from '../support/test-site.ts';

function configOf(folder: string) {
  return makeConfig({
    ...{ folder, databaseUrl: 'sqlite::memory:' },
    ...{ relayUrl: 'smtp://127.0.0.1:25', connections: 1 },
  });
}

test('every page renders with everything there that it may know, and without a newsletter', (t) => {
  const config = configOf(temporaryFolder(t));
  const names = checkPages(config, readTexts('nowhere'));
  assert.deepEqual(names.toSorted(), PAGE_NAMES.map((name) => `${name}.liquid`).toSorted());
  assert.equal(
    checkPages({ ...config, newsletters: [] }, readTexts('nowhere')).length,
    names.length,
  );
});

test('a typo in a page of the publisher’s is found before anybody sees it', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'web-templates'));
  const write = (name: string, source: string) =>
    writeFileSync(join(folder, 'web-templates', name), source);
  const check = () => checkPages(configOf(folder), readTexts('nowhere'));
  write('welcome.liquid', '<h1>Hello</h1>\n{{ adress }}');
  assert.throws(check, { exitCode: 78, message: /welcome\.liquid:2:4 .*adress/ });
  write('welcome.liquid', "{{ 'site.welcome.titel' | t }}");
  assert.throws(check, { exitCode: 78, message: /welcome\.liquid:1:1 .*site\.welcome\.titel/ });
  write('welcome.liquid', '<h1>Hello</h1>');
  write('sign-up-form.liquid', '<form>\n{{ form.tokn }}');
  assert.throws(check, { exitCode: 78, message: /sign-up-form\.liquid:2:4 .*tokn/ });
  write('sign-up-form.liquid', '<form></form>');
  write('layout.liquid', '{{ contents }}');
  assert.throws(check, { exitCode: 78, message: /layout\.liquid:1:4 .*contents/ });
});
