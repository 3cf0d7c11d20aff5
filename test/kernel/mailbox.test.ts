import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMailbox } from '../../src/kernel/mailbox.ts';

test('an address is found as people write it down', () => {
  const written: Readonly<Record<string, readonly [string, string?]>> = {
    'ada@example.org': ['ada@example.org'],
    '<Ada@Example.org>': ['Ada@example.org'],
    ' < ada@example.org > ': ['ada@example.org'],
    'Ada Quill <ada@example.org>': ['ada@example.org', 'Ada Quill'],
    '"Quill, Ada" <ada@example.org>': ['ada@example.org', 'Quill, Ada'],
    'mailto:ada@example.org': ['ada@example.org'],
    'Ada <MAILTO:ada@example.org>': ['ada@example.org', 'Ada'],
    '\u200bada@example.org\u200b': ['ada@example.org'],
  };
  for (const [text, [address, name]] of Object.entries(written)) {
    assert.deepEqual(parseMailbox(text), name === undefined ? { address } : { address, name });
  }
});

test('what could be two addresses, or none, is refused', () => {
  const wrong = [
    '<ada@example.org> <bob@example.org>',
    '<<ada@example.org>>',
    'ada@example.org <',
    'mailto:ada@example.org?subject=x',
    'mailto:mailto:ada@example.org',
    'Ada (ada@example.org)',
    '<>',
    'ada@example.org;bob@example.org',
  ];
  for (const text of wrong) assert.ok('reason' in parseMailbox(text), text);
});

test('whatever is written around it, an address has nothing in it that could end it', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    '"',
    'Ada',
    ' ',
    ',',
    '@',
    'ada@example.org',
    'mailto:',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const mailbox = parseMailbox(parts.join(''));
      if ('address' in mailbox) assert.match(mailbox.address, /^[^\s\p{Cc}<>,"@]+@[a-z.]+$/u);
    }),
    { numRuns: 2000 },
  );
});
