import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXAMPLE_NEWSLETTER, exampleValues } from '../../src/config/example-values.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { newFolder } from '../support/databases.ts';

const EXAMPLE = join(import.meta.dirname, '../../config/broadsheet.yaml');

test('every value of the example is found, with its option and its line', () => {
  const values = exampleValues(loadConfig(EXAMPLE, {}));
  const lines = readFileSync(EXAMPLE, 'utf8').split('\n');
  assert.deepEqual(
    values.map(({ message }) => message.split(' is ')[0]),
    [
      'site.title',
      'site.url',
      'site.description',
      'site.author.name',
      'newsletters[0].description',
      'newsletters[0].from.address',
      'newsletters[0].postalAddress',
    ],
  );
  for (const { line, column, message } of values) {
    const [, text = ''] = /"(.*)"/.exec(message) ?? [];
    assert.ok(lines[line - 1]?.slice((column ?? 0) - 1).startsWith(text), message);
  }
});

test('any address at the domain of the example is found, and no other that looks like it', (t) => {
  const file = join(newFolder(t), 'paper.yaml');
  const found = (option: string, environment = {}) => {
    writeFileSync(
      file,
      `site: {title: T, url: "https://paper.test/", author: {name: N}}\n${option}\n`,
    );
    return exampleValues(loadConfig(file, environment)).map(({ message }) => message);
  };
  assert.deepEqual(found('publicUrl: https://NEWS.harbour.example/x'), [
    'publicUrl is "https://NEWS.harbour.example/x", as in the example; write your own',
  ]);
  const newsletter = (values: string) =>
    `newsletters: [{id: a, name: A, from: {name: F, address: a@paper.test}, postalAddress: P, ${values}}]`;
  assert.equal(found(newsletter('replyTo: desk@harbour.example')).length, 1);
  assert.equal(found(newsletter('listId: a.harbour.example')).length, 1);
  assert.equal(found(newsletter(`description: ${EXAMPLE_NEWSLETTER}`)).length, 1);
  assert.equal(found(newsletter('description: The harbour.examples of old')).length, 0);
  assert.equal(found('publicUrl: https://myharbour.example.org/').length, 0);
  assert.equal(found('', { BROADSHEET_PUBLIC_URL: 'https://harbour.example/' }).length, 1);
});
