import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageFolders } from '../../src/posts/generators/language-folders.ts';
import { parsed } from './posts.ts';

test('the first folder names the language of a post, if other posts are not in it', () => {
  const files = ['fr/quai.md', '_posts/pt-BR/cais.md', 'news/fr/quay.md', 'xx/a.md', 'quay.md'];
  assert.deepEqual(files.map(languageFolders(files)), [
    'fr',
    'pt-BR',
    undefined,
    undefined,
    undefined,
  ]);
  const all = ['it/printers.md', 'it/screens.md'];
  assert.deepEqual(all.map(languageFolders(all)), [undefined, undefined]);
  const translated = ['it/porto.md', 'en/harbour.md'];
  assert.deepEqual(translated.map(languageFolders(translated)), ['it', 'en']);
});

test('the language of a field or a name counts more than that of the folder', () => {
  const context = { languageOfFolder: () => 'fr' };
  const languageOf = (frontMatter: string, file = 'fr/quai.md') => {
    const result = parsed(`---\ntitle: A\ndate: 2026-03-20\n${frontMatter}---\nText.\n`, {
      file,
      context,
    });
    return 'post' in result ? result.post.language : undefined;
  };
  assert.equal(languageOf(''), 'fr');
  assert.equal(languageOf('lang: de\n'), 'de');
  assert.equal(languageOf('', 'fr/quai.pt.md'), 'pt');
  assert.equal(languageOf('lang: en\n'), undefined);
});
