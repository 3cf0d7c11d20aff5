import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BroadsheetError } from '../../src/base/errors.ts';
import { checkCountries } from '../../src/config/check-countries.ts';
import { doubtfulLanguages } from '../../src/config/doubtful-languages.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { suggestCountry, suggestLanguage } from '../../src/config/suggest-codes.ts';
import { findUnreadFiles } from '../../src/jobs/find-unread-files.ts';
import { WEB_TEMPLATE_FILES } from '../../src/web/pages/web-templates.ts';
import { temporaryFolder } from '../disk/temporary-folder.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../config/broadsheet.yaml'), 'utf8');

const OWN = `site:
  title: T
  url: https://paper.test/
  author:
    name: Ada
newsletters:
  - id: daily
    name: Daily
    from:
      name: Daily
      address: news@paper.test
    postalAddress: 1 Salt Lane
    schedule:
      cron: 0 7 * * *
      holidays:
        country: GB
`;

/** What is said of a config, without the file's name. */
function problemsOf(file: string, text: string): readonly string[] {
  writeFileSync(file, text);
  try {
    checkCountries(loadConfig(file, {}));
    return [];
  } catch (error) {
    assert.ok(error instanceof BroadsheetError, String(error));
    return error.message.split('\n').map((line) => line.replace(/^.*paper\.yaml:/, ''));
  }
}

test('an option out of line is one problem, whichever it is and however far it is off', (t) => {
  const file = join(temporaryFolder(t), 'paper.yaml');
  const lines = EXAMPLE.split('\n');
  let wrong = 0;
  for (const [at, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    for (const shift of [-4, -2, -1, 1, 2, 3, 4]) {
      if (shift < 0 && !line.startsWith(' '.repeat(-shift))) continue;
      const shifted = shift < 0 ? line.slice(-shift) : ' '.repeat(shift) + line;
      const problems = problemsOf(file, lines.with(at, shifted).join('\n'));
      assert.ok(problems.length <= 1, `${at + 1}, by ${shift}: ${problems.join('\n')}`);
      wrong += problems.length;
      for (const problem of problems)
        assert.match(problem, /; move it \d spaces? to the (left|right)$/);
    }
  }
  assert.ok(wrong > 100, `${wrong} are wrong`);
});

test('a group or an option under the wrong one is told where it belongs', (t) => {
  const file = join(temporaryFolder(t), 'paper.yaml');
  const indented = (text: string) => text.replace(/^(?=.)/gm, '  ');
  const [site = '', newsletters = ''] = OWN.split(/(?=^newsletters)/m);
  const cases: [string, string][] = [
    [
      site + indented(newsletters),
      '6:3  newsletters is under site, and belongs at the start of a line; move it 2 spaces to the left',
    ],
    [OWN.replace('  url:', 'url:'), '3:1  url belongs under site; move it 2 spaces to the right'],
    [
      OWN.replace('      address', '    address'),
      '11:5  address is under newsletters, and belongs under from; move it 2 spaces to the right',
    ],
    [
      OWN.replace('        country', '      country'),
      '16:7  country is under schedule, and belongs under holidays; move it 2 spaces to the right',
    ],
    [
      OWN.replace('  title', '   title'),
      '2:4  title is not in line with url below it; move it 1 space to the left',
    ],
    [OWN.replace('  title:', '  titel:'), '2:3  site.titel is not an option; did you mean title?'],
    [
      `${OWN}  - id: [\n`,
      '18:1  is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ];
  for (const [text, expected] of cases) assert.equal(problemsOf(file, text)[0], expected, text);
});

test('a code that is no country’s or no language’s is answered with the one that is meant', (t) => {
  const countries = {
    UK: 'GB',
    uk: 'GB',
    EL: 'GR',
    gb: 'GB',
    SV: 'SV',
    JA: 'JP',
    EN: 'GB or US',
    Germany: 'DE',
  };
  for (const [text, meant] of Object.entries(countries))
    assert.equal(suggestCountry(text), meant, text);
  assert.equal(suggestCountry('QQ'), undefined);
  const languages = { jp: 'ja', cn: 'zh', gr: 'el', dk: 'da', cz: 'cs', ua: 'uk', English: 'en' };
  const more = { français: 'fr', Deutsch: 'de', 'en-UK': 'en-GB', en_GB: 'en-GB', us: 'en' };
  for (const [text, meant] of Object.entries({ ...languages, ...more })) {
    assert.equal(suggestLanguage(text), meant, text);
  }
  const file = join(temporaryFolder(t), 'paper.yaml');
  for (const country of ['UK', 'uk']) {
    assert.deepEqual(
      problemsOf(file, OWN.replace('GB', country)).map((line) => line.replace('is UK, which ', '')),
      [
        '16:18  newsletters[0].schedule.holidays.country is not a code of a country (ISO 3166); did you mean GB?',
      ],
    );
  }
  const withLanguage = (tag: string) => OWN.replace('  title', `  language: ${tag}\n  title`);
  assert.deepEqual(problemsOf(file, withLanguage('jp')), [
    '2:13  site.language is not a language tag (BCP 47); did you mean ja?',
  ]);
  for (const tag of [
    'en',
    'pt-BR',
    'zh-Hant-TW',
    'es-419',
    'gsw',
    'sr-Latn',
    'de-1996',
    'nb',
    'iw',
  ]) {
    assert.deepEqual(problemsOf(file, withLanguage(tag)), [], tag);
  }
  writeFileSync(file, withLanguage('se'));
  const [doubt] = doubtfulLanguages(loadConfig(file, {}));
  assert.equal(doubt?.line, 2);
  assert.match(doubt?.message ?? '', /is se, which is Northern Sami; write sv for Swedish/);
});

test('a template or a language file that nothing reads is named, with the name that is meant', (t) => {
  const folder = temporaryFolder(t, {
    'config/broadsheet.yaml': OWN,
    'email-templates/digest.mjml': '',
    'email-templates/digset.txt': '',
    'email-templates/notice.html': '',
    'email-templates/welcome.mjml': '',
    'email-templates/README.md': '',
    'web-templates/home.liquid': '',
    'web-templates/home.html': '',
    'web-templates/side.css': '',
    'languages/de.yaml': '',
    'languages/de.yml': '',
    'languages/pt_BR.yaml': '',
    'languages/french.yaml': '',
  });
  const config = loadConfig(join(folder, 'config/broadsheet.yaml'), {});
  const found = findUnreadFiles(config, WEB_TEMPLATE_FILES).map(({ file, message }) => [
    file.slice(folder.length + 1),
    /did you mean (.*)\?/.exec(message)?.[1],
  ]);
  assert.deepEqual(found, [
    ['email-templates/digset.txt', 'digest.txt'],
    ['email-templates/notice.html', 'notice.mjml'],
    ['email-templates/welcome.mjml', undefined],
    ['web-templates/home.html', 'home.liquid'],
    ['web-templates/side.css', 'site.css'],
    ['languages/de.yml', 'de.yaml'],
    ['languages/french.yaml', 'fr.yaml'],
    ['languages/pt_BR.yaml', 'pt-br.yaml'],
  ]);
});
