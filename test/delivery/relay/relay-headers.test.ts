import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeMessage } from '../../../src/delivery/message/notice-message.ts';
import { prepareMessages } from '../../../src/delivery/message/prepare-messages.ts';
import { withRelayHeaders } from '../../../src/delivery/relay/relay-headers.ts';
import { mailHeaders } from '../../../src/settings/mail-headers.ts';
import { RELAY_PRESETS } from '../../../src/settings/relay-presets.ts';
import { newsletter } from '../../editions/samples.ts';
import { messageTo } from '../../support/relay.ts';
import { WEEKDAYS } from '../../support/schedule.ts';
import { address, makeEdition } from '../../support/test-site.ts';

const URLS = { publicUrl: 'https://paper.example/', serviceUrl: 'https://paper.example/' };
const secrets = ['a secret of the tests'];
const date = Temporal.Instant.from('2026-03-20T07:00:00Z');

/** The headers before the message's own, as lines. */
function linesBefore(message: { bytes: Buffer }, own: { bytes: Buffer }): string[] {
  const added = message.bytes.length - own.bytes.length;
  assert.ok(message.bytes.subarray(added).equals(own.bytes), 'the message itself is unchanged');
  return message.bytes.subarray(0, added).toString().split('\r\n').slice(0, -1);
}

const edition = {
  id: 'daily-2026-03-20',
  newsletter: 'daily',
  headers: { 'X-PM-Message-Stream': 'politics', 'x-pm-tag': 'of the newsletter' },
};

test('an edition has the headers of the provider, the newsletter and the relay; the last counts', () => {
  const own = { ...messageTo('ada@example.org'), edition };
  const message = withRelayHeaders(own, {
    editionHeaders: { ...RELAY_PRESETS.postmark.editionHeaders, 'X-Provider': '{newsletter}' },
    headers: { 'X-PM-Tag': '{edition} of {newsletter}' },
  });
  assert.deepEqual(linesBefore(message, own), [
    'X-PM-Message-Stream: politics',
    'X-PM-Tag: daily-2026-03-20 of daily',
    'X-Provider: daily',
  ]);
});

test('a mail of no edition has the headers of the relay that need none', () => {
  const own = messageTo('ada@example.org');
  const message = withRelayHeaders(own, {
    editionHeaders: { 'X-PM-Message-Stream': 'broadcast' },
    headers: { 'X-PM-KeepID': 'true', 'X-Tag': '{edition}' },
  });
  assert.deepEqual(linesBefore(message, own), ['X-PM-KeepID: true']);
});

test('a provider gets the token of each message in the header that its webhook returns', () => {
  const { headers: presetHeaders, editionHeaders } = RELAY_PRESETS.sendgrid;
  const own = { ...messageTo('ada@example.org'), token: 'abc123' };
  const settings = { presetHeaders, editionHeaders };
  const args = '"unique_args":{"broadsheet":"abc123"}';
  assert.deepEqual(linesBefore(withRelayHeaders(own, settings), own), [`X-SMTPAPI: {${args}}`]);
  const ofEdition = { ...own, edition: { id: 'daily-2026-03-20', newsletter: 'daily' } };
  assert.deepEqual(linesBefore(withRelayHeaders(ofEdition, settings), ofEdition), [
    `X-SMTPAPI: {"category":"daily",${args}}`,
  ]);
  const test = messageTo('ada@example.org');
  assert.equal(withRelayHeaders(test, settings), test);
});

test('without headers, the bytes are those of the message', () => {
  const own = messageTo('ada@example.org');
  assert.equal(withRelayHeaders(own, {}), own);
});

test('every header that we write is one that no config can set', async () => {
  const complaintAddress = address('complaints@harbour.example');
  const listed = newsletter({ complaintAddress, schedule: WEEKDAYS });
  const common = { ...URLS, secrets, dkim: [], newsletter: listed };
  const subscriber = { id: 'subscriber-1', address: address('ada@example.org') };
  const ofEditions = await Promise.all(
    [true, false].map(async (isTest) =>
      (
        await prepareMessages({ ...common, edition: makeEdition('daily-2026-03-20'), test: isTest })
      ).fill(subscriber, date),
    ),
  );
  const notice = await noticeMessage({
    ...{ ...common, id: '0b6d7c1e-0000-4000-8000-000000000000', address: subscriber.address, date },
    ...{
      subject: 'Welcome',
      html: '<p>Hello</p>',
      text: 'Hello',
      language: 'en',
      unsubscribeToken: 'token',
    },
  });
  const names = [...ofEditions, notice].flatMap(({ bytes }) => {
    const [head = ''] = bytes.toString().split('\r\n\r\n');
    return Array.from(head.matchAll(/^([!-9;-~]+):/gm), ([, name = '']) => name);
  });
  assert.ok(new Set(names).size > 22);
  const settable = names.filter((name) => mailHeaders.safeParse({ [name]: 'x' }).success);
  assert.deepEqual(settable, []);
});
