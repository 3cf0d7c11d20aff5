import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Message, makeTexts, placeholdersOf } from '../../src/kernel/texts.ts';
import { readYaml, valuesOf } from '../../src/settings/read-yaml.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const OWN = join(ROOT, 'languages');

for (const name of ['de', 'fr', 'es', 'ar']) {
  test(`the file of ${name} has the keys and placeholders of the English one, and its own plural forms`, () => {
    const [english, own] = ['en', name].map((each) => flat(valuesOf(read(each)))) as [Flat, Flat];
    const forms = new Intl.PluralRules(name).resolvedOptions().pluralCategories.toSorted();
    assert.ok(english.size > 0);
    assert.deepEqual([...own.keys()].toSorted(), [...english.keys()].toSorted());
    for (const [key, message] of english) {
      const other = own.get(key) ?? '';
      assert.deepEqual(placeholdersOf(other), placeholdersOf(message), key);
      assert.equal(typeof other, typeof message, key);
      if (typeof other === 'object') assert.deepEqual(Object.keys(other).toSorted(), forms, key);
    }
  });
}

test('a text has its values in place, numbers as the language writes them, in the right form', () => {
  const messages = new Map<string, Message>([
    ['hello', 'Guten Tag, {name}'],
    ['days', { one: '{count} Tag', other: '{count} Tage' }],
  ]);
  const texts = makeTexts('de', [{ language: 'de', messages }]);
  assert.equal(texts.text('hello', { name: '{count}' }), 'Guten Tag, {count}');
  assert.equal(texts.text('days', { count: 1 }), '1 Tag');
  assert.equal(texts.text('days', { count: 12_000 }), '12.000 Tage');
  assert.throws(() => texts.text('hello'), /hello needs a value for \{name\}/);
  assert.throws(() => texts.text('days'), /days has several forms/);
  assert.throws(() => texts.text('goodbye'), /no text is called goodbye/);
});

test('a language is found without its region, and what has no file is English', () => {
  const textsOf = readTexts(OWN);
  assert.equal(textsOf('de').text('site.skip'), 'Zum Inhalt springen');
  assert.equal(textsOf('de-AT').text('site.skip'), 'Zum Inhalt springen');
  assert.equal(textsOf('de-AT').language, 'de-AT');
  assert.equal(textsOf('DE').text('site.skip'), 'Zum Inhalt springen');
  assert.equal(textsOf('en-GB').language, 'en-GB');
  assert.equal(textsOf('cy').text('site.skip'), 'Skip to the content');
  assert.equal(textsOf('cy').language, 'en');
});

test('a text of the publisher goes before ours, and the others stay', (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'de.yaml'), 'site:\n  skip: Los\nown:\n  motto: Ahoi, {name}\n');
  writeFileSync(join(folder, 'cy.yaml'), 'site:\n  skip: Neidio\n');
  writeFileSync(join(folder, 'notes.txt'), 'not a language');
  const textsOf = readTexts(folder);
  assert.equal(textsOf('de').text('site.skip'), 'Los');
  assert.equal(textsOf('de').text('own.motto', { name: 'Ada' }), 'Ahoi, Ada');
  assert.equal(textsOf('cy').text('site.skip'), 'Neidio');
  assert.equal(textsOf('cy').language, 'cy');
  assert.equal(textsOf('en').text('site.skip'), 'Skip to the content');
});

test('a typo in a language file is named with its place and the remedy', (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'de.yaml');
  writeFileSync(file, 'site:\n  skip: Zum {place}\n  skop: Los\n');
  assert.throws(() => readTexts(folder), {
    name: 'BroadsheetError',
    exitCode: 78,
    message: `${file}:2:3  site.skip has no value for {place}; take it out\n${file}:3:3  site.skop is no text that is used; write it as the English file does, or put texts of your own under own`,
  });
  writeFileSync(file, 'site:\n  skip:\n    one: Los\n');
  assert.throws(() => readTexts(folder), /site\.skip has no form called other; add it/);
  writeFileSync(file, new Uint8Array([0x73, 0xff]));
  assert.throws(() => readTexts(folder), /make it a readable UTF-8 file/);
});

test('where there is no folder the texts are ours, each as the file says it', () => {
  const textsOf = readTexts(join(ROOT, 'nowhere'));
  for (const name of ['en', 'de', 'fr', 'es', 'ar']) {
    for (const [key, message] of flat(valuesOf(read(name)))) {
      const names = placeholdersOf(message).filter((each) => each !== 'count');
      const values = Object.fromEntries(names.map((each) => [each, `{${each}}`]));
      const count = new Intl.NumberFormat(name).format(3);
      const form =
        typeof message === 'string' ? message : message[new Intl.PluralRules(name).select(3)];
      const text = form?.replaceAll('{count}', count);
      assert.equal(textsOf(name).text(key, { ...values, count: 3 }), text, key);
    }
  }
});

type Flat = Map<string, Message>;

function read(name: string) {
  const file = join(OWN, `${name}.yaml`);
  return readYaml(file, readFileSync(file, 'utf8'));
}

/** Keys with dots; forms of a plural stay together, as what has a form called other. */
function flat(value: unknown, path = ''): Flat {
  if (typeof value !== 'object' || value === null) return new Map([[path, String(value)]]);
  if ('other' in value) return new Map([[path, value as Message]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...flat(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}
