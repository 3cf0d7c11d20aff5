import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ehloName } from '../../src/settings/ehlo-name.ts';

const OPTIONS = {
  name: undefined,
  publicUrl: 'https://news.harbour.org/paper/',
  senders: ['desk@mail.harbour.org'],
  machine: 'press.harbour.org',
};

const TABLE: readonly (readonly [
  string,
  Partial<Omit<typeof OPTIONS, 'name'>> & { name?: string },
  string,
])[] = [
  ['the config first', { name: 'out.harbour.org' }, 'out.harbour.org'],
  ['the machine, when it has a dot', {}, 'press.harbour.org'],
  ['not the number of a container', { machine: '3f2a9c1b7d4e' }, 'news.harbour.org'],
  ['not a name of the local network', { machine: 'Adas-Mac.local' }, 'news.harbour.org'],
  ['not a name within a cloud', { machine: 'ip-10-0-0-1.ec2.internal' }, 'news.harbour.org'],
  ['not localhost.localdomain', { machine: 'localhost.localdomain' }, 'news.harbour.org'],
  [
    'not an address',
    { machine: '10.0.0.1', publicUrl: 'http://127.0.0.1:8080/' },
    'mail.harbour.org',
  ],
  [
    'the sender, where the site has no name',
    { machine: 'press', publicUrl: 'http://localhost:8080/' },
    'mail.harbour.org',
  ],
  [
    'as A-labels',
    { machine: 'press', publicUrl: 'https://zeitung.bücher.com/' },
    'zeitung.xn--bcher-kva.com',
  ],
  [
    'a private name, where there is no other',
    { machine: 'press', publicUrl: 'http://localhost/', senders: ['desk@paper.test'] },
    'paper.test',
  ],
  [
    'something with a dot at last',
    { machine: 'press', publicUrl: 'http://[::1]/', senders: [] },
    'localhost.localdomain',
  ],
];

for (const [what, changes, expected] of TABLE) {
  test(`what we call ourselves: ${what}`, () => {
    assert.equal(ehloName({ ...OPTIONS, ...changes }), expected);
  });
}
