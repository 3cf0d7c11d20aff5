import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exampleValues } from '../../src/settings/example-values.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const EXAMPLE = join(import.meta.dirname, '../../config/broadsheet.yaml');

const OWN = `site:
  title: The Salt Lane Paper
  url: https://paper.test/
  author: {name: Ada}
newsletters:
  - id: politics-essential
    name: Politics Essential
    from: {name: Politics Essential, address: news@paper.test}
    postalAddress: 1 Salt Lane
`;

function valuesOf(t: TestContext, text: string, environment: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder(t, { 'config/broadsheet.yaml': text });
  const found = exampleValues(loadConfig(join(folder, 'config/broadsheet.yaml'), environment));
  const place = ({ line = 0, column = 0, message }: (typeof found.refused)[number]) =>
    `${line}:${column} ${message.split(' is ')[0]}`;
  return { refused: found.refused.map(place), warnings: found.warnings.map(place) };
}

test('every value of the example is refused at its own line', () => {
  const { refused, warnings } = exampleValues(loadConfig(EXAMPLE, {}));
  const lines = readFileSync(EXAMPLE, 'utf8').split('\n');
  const found = refused.map(({ line = 0, column = 0 }) => lines[line - 1]?.slice(column - 1));
  assert.deepEqual(found, [
    'The Harbour Broadsheet',
    'https://harbour.example/',
    'Politics from a town, a province and a continent that do not exist.',
    'The Harbour Broadsheet',
    'Politics Essential',
    "The day's politics in five minutes, every weekday morning.",
    'Politics Essential',
    'politics-essential@harbour.example',
    'The Harbour Broadsheet, 1 Quay Street, Harbour Town HB1 1AA',
  ]);
  assert.deepEqual(warnings, []);
});

test('the example’s domain is refused wherever it stands, and no name that looks like it', (t) => {
  const withLine = (line: string) => `${OWN}${line}\n`;
  const refused = [
    'publicUrl: https://WWW.Harbour.example/news/',
    'web: {privacyUrl: "https://harbour.example:8443/p"}',
    'alerts: {command: "mail -s x editor@harbour.example"}',
    'email: {smtpUrl: "smtp://mail.harbour.example"}',
  ];
  for (const line of refused) {
    assert.equal(valuesOf(t, withLine(line)).refused.length, 1, line);
    assert.match(valuesOf(t, withLine(line)).refused[0] ?? '', /^10:/, line);
  }
  for (const name of ['my-harbour.example', 'harbour.example.com', 'harbour.examples.org']) {
    assert.deepEqual(valuesOf(t, withLine(`publicUrl: https://${name}/`)).refused, [], name);
  }
  const listId = OWN.replace('    postal', '    listId: daily.harbour.example\n    postal');
  assert.deepEqual(valuesOf(t, listId).refused, [
    '7:11 newsletters[0].name',
    '8:18 newsletters[0].from.name',
    '9:13 newsletters[0].listId',
  ]);
  const environment = { BROADSHEET_PUBLIC_URL: 'https://news.harbour.example/' };
  assert.equal(valuesOf(t, OWN, environment).refused.length, 1);
});

test('who really publishes Politics Essential is not kept from it, and is asked once', (t) => {
  const { refused, warnings } = valuesOf(t, OWN);
  assert.deepEqual(refused, []);
  assert.deepEqual(warnings, ['7:11 newsletters[0].name']);
});

test('other names that are nobody’s give a warning at their line', (t) => {
  for (const url of [
    'https://www.example.org/',
    'https://example.com/',
    'https://paper.example/',
  ]) {
    assert.deepEqual(
      valuesOf(t, OWN.replace('https://paper.test/', url)).warnings[1],
      '3:8 site.url',
      url,
    );
  }
  for (const url of ['https://my-example.org/', 'https://example.shop/', 'https://xn--d1a.net/']) {
    assert.equal(valuesOf(t, OWN.replace('https://paper.test/', url)).warnings.length, 1, url);
  }
});
