import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redact } from '../../src/cli/start/redact.ts';

test('addresses, passwords and tokens of links are removed from log lines', () => {
  const cases: [string, string][] = [
    ['550 5.1.1 <ada@example.org>: unknown', '550 5.1.1 <[address]>: unknown'],
    ['ada+news@mail.example.org, bob@x.example', '[address], [address]'],
    ['ärger@exämple.de is not an address', '[address] is not an address'],
    [
      'connect postgres://paper:pass@db.example:5432/news failed',
      'connect postgres://[secret]@db.example:5432/news failed',
    ],
    ['smtps://user:p%40ss@relay.example', 'smtps://[secret]@relay.example'],
    ['GET /news/unsubscribe/abcDEF_123.456-789', 'GET /news/unsubscribe/[token]'],
    ['https://paper.example/confirm/1~abcdefgh/', 'https://paper.example/confirm/[token]/'],
    [
      'GET /preferences/ and /archive/daily-2026-03-20/',
      'GET /preferences/ and /archive/daily-2026-03-20/',
    ],
    [
      'at file:///app/node_modules/@fastify/helmet/index.js:3',
      'at file:///app/node_modules/@fastify/helmet/index.js:3',
    ],
  ];
  for (const [text, expected] of cases) assert.equal(redact(text), expected);
});

test('an address is removed, whatever text is around it', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.string(), fc.string(), (address, before, after) => {
      assert.ok(!redact(`${before}<${address}>${after}`).includes(address));
      assert.ok(!redact(`${before} ${address} ${after}`).includes(address));
    }),
  );
});

test('one line of a megabyte is searched as fast as many short lines', () => {
  const long = 'a.'.repeat(500_000);
  assert.equal(redact(`${long} smtp://name:password@relay`), `${long} smtp://[secret]@relay`);
});
