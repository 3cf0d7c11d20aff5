import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLanguageTag } from '../../src/kernel/language-tag.ts';

test('a language tag is canonical, and all its subtags are registered', () => {
  const tags = {
    ...{ en: 'en', en_US: 'en-US', 'pt-br': 'pt-BR', 'zh-Hans': 'zh-Hans', yue: 'yue' },
    ...{ 'es-419': 'es-419', 'de-DE-1996': 'de-DE-1996', 'sr-Latn-RS': 'sr-Latn-RS' },
    ...{ 'ca-valencia': 'ca-valencia', ' ja ': 'ja' },
  };
  for (const [text, tag] of Object.entries(tags)) {
    assert.deepEqual(parseLanguageTag(text), { tag }, text);
  }
});

test('what is not registered is refused with the tag that was probably meant', () => {
  const meant = {
    ...{ jp: 'ja', cn: 'zh', cz: 'cs', dk: 'da', gr: 'el', ua: 'uk', English: 'en' },
    ...{ Deutsch: 'de', 日本語: 'ja', 'fr, en': 'fr', 'en-GB-oed': 'en-GB', 'en-x-foo': 'en' },
    ...{
      'x-klingon': 'one like en or pt-BR',
      zz: 'one like en or pt-BR',
      '': 'one like en or pt-BR',
    },
  };
  for (const [text, tag] of Object.entries(meant)) {
    const reason = `is not a language tag (BCP 47); write ${tag}`;
    assert.deepEqual(parseLanguageTag(text), { reason }, text);
  }
});
