import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressKey, domainOf, parseEmailAddress } from '../../src/model/email-address.ts';

function parsed(text: string) {
  const result = parseEmailAddress(text);
  assert.ok('address' in result, `${text}: ${JSON.stringify(result)}`);
  return result.address;
}

function reason(text: string): string {
  const result = parseEmailAddress(text);
  assert.ok('reason' in result, `${text} was taken`);
  return result.reason;
}

test('an address keeps its local part, and has its domain in lower case', () => {
  assert.equal(parsed('  Ada.Quill+news@Example.ORG \n'), 'Ada.Quill+news@example.org');
  assert.equal(parsed("o'neil_{x}/y=z@mail.example.co.uk"), "o'neil_{x}/y=z@mail.example.co.uk");
});

test('a domain of any script becomes A-labels, a local part of any script stays', () => {
  assert.equal(parsed('info@bücher.example'), 'info@xn--bcher-kva.example');
  assert.equal(parsed('用户@例子.example'), '用户@xn--fsqu00a.example');
  assert.equal(domainOf(parsed('info@bücher.example')), 'xn--bcher-kva.example');
});

test('what copying and writing fully bring along is taken off', () => {
  assert.equal(parsed('ada@example.org.'), 'ada@example.org');
  assert.equal(parsed('ada@bücher.example.'), 'ada@xn--bcher-kva.example');
  assert.equal(parsed('\u200bada\u00ad@exam\ufeffple.org\u2060'), 'ada@example.org');
  assert.equal(parsed('\u00a0ada@example.org\u3000'), 'ada@example.org');
});

test('what an input method makes of ASCII is ASCII', () => {
  assert.equal(parsed('ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ'), 'ada@example.org');
  assert.equal(parsed('info@例子。example'), 'info@xn--fsqu00a.example');
});

test('A-labels are taken in any case, and only when they can be decoded', () => {
  assert.equal(parsed('ada@XN--BCHER-KVA.example'), 'ada@xn--bcher-kva.example');
  for (const label of ['xn--a', 'xn--', 'xn--zzzzzz99999']) {
    assert.match(reason(`ada@${label}.example`), /has no valid domain/);
  }
});

test('two spellings of a mailbox have one key', () => {
  assert.equal(addressKey(parsed('Ada@Example.org')), addressKey(parsed('ada@EXAMPLE.org')));
  assert.equal(
    addressKey(parsed('jose\u0301@example.org')),
    addressKey(parsed('josé@example.org')),
  );
  assert.notEqual(addressKey(parsed('a.b@example.org')), addressKey(parsed('ab@example.org')));
});

test('what is no address is refused with a reason that names it', () => {
  const wrong = [
    '',
    'ada',
    '@example.org',
    'ada@',
    'ada@localhost',
    'ada@example',
    'ada@-example.org',
    'ada@exa_mple.org',
    'ada@example..org',
    'ada@192.0.2.1',
    'ada@[192.0.2.1]',
    'ada@@example.org',
    '.ada@example.org',
    'ada.@example.org',
    'a..b@example.org',
    '"ada quill"@example.org',
    'Ada <ada@example.org>',
    '<ada@example.org>',
    'mailto:ada@example.org',
    'ada(comment)@example.org',
    'ada@example.org (comment)',
    'ada@example.org..',
    'ada@exa%6dple.org',
    'ada@exam\tple.org',
    'ada@exam\nple.org',
    'ada@example.org/path',
    'ada@example.org?x',
    'ada@example.org#x',
    'ada@example.org:25',
    'ada@0x7f.1',
    'ada@exam\u200dple.org',
    'ada\uff0cb@example.org',
    'ada\ud800@example.org',
    'ada@example.org, bo@example.org',
    'ada quill@example.org',
    'ada@example.org\r\nBcc: all@example.org',
    'ada\u0000@example.org',
    'ada\u202e@example.org',
    `${'a'.repeat(65)}@example.org`,
    `ada@${'a'.repeat(64)}.example.org`,
    `ada@${'abcdefghi.'.repeat(26)}org`,
  ];
  for (const text of wrong) assert.match(reason(text), /^"[^\n\r\0]*" (has|is) /);
});

test('whatever is taken is one line without blanks, commas, quotes or brackets, and is taken again', () => {
  const near = fc.tuple(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('@', '@@', ' @', '@\r\n', ''),
    fc.constantFrom(
      'example.org',
      'EXAMPLE.org',
      'bücher.example',
      'a b.org',
      'x',
      'ｅx.org.',
      'xn--a.org',
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        near.map((parts) => parts.join('')),
        fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `ada@${text}.org`),
        fc.webUrl().map((url) => `ada@${url.slice(7)}`),
        fc.emailAddress(),
        fc.string(),
      ),
      (text) => {
        const result = parseEmailAddress(text);
        if ('reason' in result) return;
        assert.doesNotMatch(result.address, /[\s\p{Cc}\p{Cf},;:<>()[\]"\\]/u);
        assert.ok(Buffer.byteLength(result.address) <= 254);
        assert.deepEqual(parseEmailAddress(result.address), result);
      },
    ),
    { numRuns: 1000 },
  );
});
