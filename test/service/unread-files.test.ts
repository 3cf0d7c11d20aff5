import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WEB_TEMPLATE_FILES } from '../../src/pages/web-templates.ts';
import {
  languagesWithoutFile,
  unreadEmailTemplates,
  unreadLanguages,
  unreadTemplates,
} from '../../src/service/unread-files.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { newFolder } from '../support/databases.ts';
import { openTestSite } from '../support/test-site.ts';

const ROOT = join(import.meta.dirname, '../..');

test('a template whose name is not read is reported, with the name that was meant', (t) => {
  const folder = newFolder(t);
  for (const name of ['digest.mjml', 'digets.txt', 'footer.mjml', 'README.md', '.keep', 'a.txt~'])
    writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'old'));
  assert.deepEqual(unreadEmailTemplates(folder), [
    {
      file: join(folder, 'digets.txt'),
      line: 1,
      message: 'has a name that nothing reads; did you mean digest.txt?',
    },
    {
      file: join(folder, 'footer.mjml'),
      line: 1,
      message:
        'has a name that nothing reads; the names are digest.mjml, digest.txt, notice.mjml, notice.txt',
    },
  ]);
});

test('a language file whose name is not read is reported', (t) => {
  const folder = newFolder(t);
  for (const name of ['de.yaml', 'pt-BR.yaml', 'fr.yml']) writeFileSync(join(folder, name), '');
  assert.deepEqual(
    unreadLanguages(folder).map(({ file }) => file),
    [join(folder, 'fr.yml')],
  );
});

test('all our own templates and languages are read, and a missing folder has none', () => {
  assert.deepEqual(unreadEmailTemplates(join(ROOT, 'email-templates')), []);
  assert.deepEqual(unreadTemplates(join(ROOT, 'web-templates'), WEB_TEMPLATE_FILES), []);
  assert.deepEqual(unreadLanguages(join(ROOT, 'languages')), []);
  assert.deepEqual(unreadLanguages(join(ROOT, 'nowhere')), []);
});

test('a language of a newsletter or of the pages that has no file is named, with the file to write', async (t) => {
  const { deps } = await openTestSite(t);
  const [newsletter] = deps.config.newsletters;
  assert.ok(newsletter);
  const config = {
    ...deps.config,
    newsletters: ['cy', 'de-AT', 'en-GB'].map((language, at) => ({
      ...newsletter,
      ...{ id: `n${at}`, language },
    })),
    web: { ...deps.config.web, language: 'cy' },
  };
  const warnings = languagesWithoutFile(config, readTexts('nowhere'));
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]?.message ?? '',
    /no texts in the language cy, so those of the newsletter n0, the pages are English; write .*cy\.yaml$/,
  );
});
