import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replyPattern } from '../../src/delivery/refusals.ts';

test('replies to several readers that say the same have one pattern', () => {
  const ada = replyPattern(
    {
      code: 550,
      enhancedCode: '5.1.1',
      text: '<Ada@example.org>: unknown to mx3.example.org at 07:12 (id a1B2c3), see https://x.example/e?u=ada',
    },
    'ada@example.org',
  );
  const bob = replyPattern(
    {
      code: 550,
      enhancedCode: '5.1.1',
      text: '<bob@example.net>: unknown to mx1.example.net at 07:13 (id z9Y8x7), see https://x.example/e?u=bob',
    },
    'bob@example.net',
  );
  assert.equal(ada, bob);
  assert.equal(ada, '550 5.1.1 unknown to at id see');
});

test('other words, or another code, are another pattern', () => {
  const of = (code: number, text: string) => replyPattern({ code, text }, 'ada@example.org');
  assert.notEqual(of(550, 'mailbox unavailable'), of(550, 'no such user'));
  assert.notEqual(of(550, 'mailbox unavailable'), of(450, 'mailbox unavailable'));
});
