import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressKey,
  domainOf,
  type EmailAddress,
  earlierAddressKey,
  earlierKeys,
  parseEmailAddress,
} from '../../src/kernel/email-address.ts';

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

/** `local` at a domain; for the key it need not be an address that is taken. */
function at(local: string): EmailAddress {
  return `${local}@example.org` as EmailAddress;
}

/** The letters, digits and marks that an address may have. */
const LETTERS = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((letter) => 'address' in parseEmailAddress(at(letter)));

test('a mailbox has one key, whatever the case of any letter and however it is composed', () => {
  assert.ok(LETTERS.length > 100_000);
  for (const letter of LETTERS) {
    const key = addressKey(at(letter));
    for (const spelling of [
      ...[letter.toUpperCase(), letter.toLowerCase(), letter.normalize('NFD')],
      ...[earlierAddressKey(letter), key.slice(0, key.lastIndexOf('@'))],
    ]) {
      assert.equal(addressKey(at(spelling)), key, `U+${letter.codePointAt(0)?.toString(16)}`);
    }
  }
});

test('the key of any word is that of its capitals, and is its own key', () => {
  const unlike = LETTERS.filter((letter) => addressKey(at(letter)) !== at(letter));
  const words = fc
    .array(fc.constantFrom(...unlike, ...'aisσı\u0301\u0323\u0307'), { minLength: 1, maxLength: 6 })
    // A mark at the beginning would be one of the letter before it in capitals alone (U+0345).
    .map((letters) => letters.join('').normalize('NFC'))
    .filter((word) => !word.includes('\u0345'));
  fc.assert(
    fc.property(words, (word) => {
      const key = addressKey(at(word));
      assert.equal(addressKey(at(word.toUpperCase())), key);
      assert.equal(addressKey(at(word.toLowerCase())), key);
      assert.equal(addressKey(key as EmailAddress), key);
    }),
    { numRuns: 3000 },
  );
});

const ONE_MAILBOX: readonly (readonly string[])[] = [
  ['straße', 'STRASSE', 'STRAẞE', 'Strasse'],
  ['ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύσ'],
  ['İlker', 'i\u0307lker', 'I\u0307LKER'],
  ['ǰan', 'J\u030cAN'],
  ['\u212aelvin', 'kelvin'],
  ['\u00e5ngström', '\u212bngström', 'a\u030angstro\u0308m'],
];

for (const spellings of ONE_MAILBOX) {
  test(`${spellings.join(', ')} are one mailbox`, () => {
    assert.equal(new Set(spellings.map((each) => addressKey(parsed(at(each))))).size, 1);
  });
}

test('nothing that nobody sees makes another mailbox', () => {
  const marks = [
    ...'\ufe0f\u034f\u115f\u1160\u3164\uffa0\u180b\u180e\u{e0100}\u{e01ef}\u{e0041}',
    ...'\u200e\u200f\u202e\u2066\u061c\u200b\u200c\u200d\u2060\u00ad\ufeff',
  ];
  for (const mark of marks) {
    for (const text of [`a${mark}da@example.org`, `${mark}ada@exam${mark}ple.org`]) {
      assert.equal(parsed(text), 'ada@example.org', `U+${mark.codePointAt(0)?.toString(16)}`);
    }
    assert.equal(addressKey(at(`a${mark}da`)), 'ada@example.org');
  }
});

test('a joiner between letters that it changes is refused, not taken off', () => {
  for (const local of ['نامه\u200cای', 'क्\u200dष']) assert.match(reason(at(local)), /local part/);
});

test('the keys that earlier versions made of other spellings are known', () => {
  const spellings = ['Straße', 'ὀδυσσεύς', 'ﬁdel-ö', 'J\u030cán', 'ı-ö', 'Ǆ-ς-ß'];
  for (const local of spellings) {
    const address = parsed(at(local));
    for (const other of [local, local.toUpperCase(), local.toLowerCase(), local.normalize('NFD')]) {
      const keys = [addressKey(parsed(at(other))), ...earlierKeys(parsed(at(other)))];
      assert.ok(keys.includes(earlierAddressKey(address)), `${local} by ${other}`);
    }
  }
  assert.deepEqual(earlierKeys(parsed('ada@example.org')), []);
  assert.ok(earlierKeys(at('sß'.repeat(16))).length <= 64);
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
    'ada\uff0cb@example.org',
    'ada\ud800@example.org',
    'ada@example.org, bo@example.org',
    'ada quill@example.org',
    'ada@example.org\r\nBcc: all@example.org',
    'ada\u0000@example.org',
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
