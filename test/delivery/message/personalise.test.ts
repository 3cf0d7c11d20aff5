import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personaliseHtml, personaliseText } from '../../../src/delivery/message/personalise.ts';
import { PLACEHOLDERS } from '../../../src/editions/edition.ts';

const values = {
  unsubscribeUrl: 'https://harbour.example/u/x?a=1&b=2',
  address: `o'neil&co@example.org`,
};

test('every placeholder is filled, in HTML with what HTML needs escaped', () => {
  assert.equal(
    personaliseHtml(
      `<a href="${PLACEHOLDERS.unsubscribeUrl}">${PLACEHOLDERS.address}</a> ${PLACEHOLDERS.address}`,
      values,
    ),
    '<a href="https://harbour.example/u/x?a=1&amp;b=2">o&#39;neil&amp;co@example.org</a> o&#39;neil&amp;co@example.org',
  );
  assert.equal(
    personaliseText(`${PLACEHOLDERS.unsubscribeUrl}\n${PLACEHOLDERS.address}`, values),
    `https://harbour.example/u/x?a=1&b=2\no'neil&co@example.org`,
  );
});

test('a value that looks like a placeholder or a replacement pattern stays what it is', () => {
  const odd = { unsubscribeUrl: PLACEHOLDERS.address, address: "$&$'$1@example.org" };
  assert.equal(
    personaliseText(`${PLACEHOLDERS.unsubscribeUrl} ${PLACEHOLDERS.address}`, odd),
    `${PLACEHOLDERS.address} $&$'$1@example.org`,
  );
});
