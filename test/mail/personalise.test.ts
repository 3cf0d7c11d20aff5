import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personaliseHtml, personaliseText } from '../../src/mail/personalise.ts';
import { SLOTS } from '../../src/model/edition.ts';

const values = {
  unsubscribeUrl: 'https://harbour.example/u/x?a=1&b=2',
  address: `o'neil&co@example.org`,
};

test('every slot is filled, in HTML with what HTML needs escaped', () => {
  assert.equal(
    personaliseHtml(
      `<a href="${SLOTS.unsubscribeUrl}">${SLOTS.address}</a> ${SLOTS.address}`,
      values,
    ),
    '<a href="https://harbour.example/u/x?a=1&amp;b=2">o&#39;neil&amp;co@example.org</a> o&#39;neil&amp;co@example.org',
  );
  assert.equal(
    personaliseText(`${SLOTS.unsubscribeUrl}\n${SLOTS.address}`, values),
    `https://harbour.example/u/x?a=1&b=2\no'neil&co@example.org`,
  );
});

test('a value that looks like a slot or a replacement pattern stays what it is', () => {
  const odd = { unsubscribeUrl: SLOTS.address, address: "$&$'$1@example.org" };
  assert.equal(
    personaliseText(`${SLOTS.unsubscribeUrl} ${SLOTS.address}`, odd),
    `${SLOTS.address} $&$'$1@example.org`,
  );
});
