import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WEB_TEMPLATE_FILES } from '../../src/pages/web-templates.ts';
import {
  unreadEmailTemplates,
  unreadLanguages,
  unreadTemplates,
} from '../../src/service/unread-files.ts';
import { newFolder } from '../support/databases.ts';

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
