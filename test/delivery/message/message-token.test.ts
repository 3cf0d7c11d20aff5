import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  deliveryToken,
  envelopeOf,
  mailToken,
  markOf,
  type NamedMessage,
  readMessageToken,
} from '../../../src/delivery/message/message-token.ts';
import { parseEmailAddress } from '../../../src/kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../../../src/kernel/errors.ts';
import { bounceAddress } from '../../../src/settings/schema-values.ts';
import { address, newsletter } from '../../editions/samples.ts';

const secrets = ['a secret of the tests'];
const delivery = { id: 4711, subscriber: 'Zk3x9_pQ-1' };
const bounces = address('bounces@news.harbour.example');
const reader = address('ada@example.org');

function senderOf(token?: string, changes: Parameters<typeof newsletter>[0] = {}): string {
  const settings = newsletter({ bounceAddress: bounces, ...changes });
  return envelopeOf(settings, reader, token).envelope.from;
}

/** Every message with its token. */
const messages = fc
  .oneof(
    fc.record({ id: fc.integer({ min: 0, max: 2 ** 48 - 1 }), subscriber: fc.string() }),
    fc.uuid(),
  )
  .map((of): { readonly token: string; readonly named: NamedMessage } =>
    typeof of === 'string'
      ? { token: mailToken(of, secrets), named: { kind: 'mail', id: of } }
      : {
          token: deliveryToken(of, secrets),
          named: { kind: 'delivery', id: of.id, mark: markOf(of.subscriber) },
        },
  );

test('a token names its message from every way in which servers write the address of a bounce', () => {
  fc.assert(
    fc.property(messages, ({ token, named }) => {
      const sender = senderOf(token);
      const [local = ''] = sender.split('@');
      for (const text of [
        sender,
        sender.toUpperCase(),
        `<${sender}>`,
        sender.replace('+', '-'),
        sender.replace('+', '='),
        `SRS0=h4sh=tt=news.harbour.example=${local}@forwarder.example`,
        `prvs=1234abcdef=${sender}`,
        `${local}=reader.example@news.harbour.example`,
        token,
      ]) {
        assert.deepEqual(readMessageToken(text, secrets), named, text);
      }
    }),
  );
});

test('the longest address for bounces that the config takes stays an address with any token', () => {
  const longest = address(`${'b'.repeat(24)}@${'x.'.repeat(93)}test`);
  assert.ok(bounceAddress.safeParse(longest).success);
  for (const token of [deliveryToken(delivery, secrets), mailToken(randomUUID(), secrets)]) {
    const sender = senderOf(token, { bounceAddress: longest });
    assert.ok('address' in parseEmailAddress(sender), sender);
    assert.ok(sender.lastIndexOf('@') < 64);
  }
  const refused = ['b'.repeat(25), 'bücher'].map((local) =>
    bounceAddress.safeParse(`${local}@a.test`),
  );
  for (const { error } of refused) assert.match(error?.message ?? '', /too long for a token/);
});

test('a token of which any character is changed names nothing', () => {
  for (const token of [deliveryToken(delivery, secrets), mailToken(randomUUID(), secrets)]) {
    for (const [at, character] of [...token].entries()) {
      const other = character === '7' ? '8' : '7';
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      assert.equal(readMessageToken(changed, secrets), undefined);
    }
  }
});

test('a text without a token names nothing, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^([0-9a-z]{27}|[0-9a-z]{38})$/)),
      (text) => {
        assert.equal(readMessageToken(text, secrets), undefined);
      },
    ),
  );
});

test('a token outlives a change of the key, and not the loss of it', () => {
  const token = deliveryToken(delivery, ['old']);
  assert.equal(readMessageToken(token, ['new', 'old'])?.id, delivery.id);
  assert.equal(readMessageToken(token, ['new']), undefined);
  assert.throws(
    () => deliveryToken(delivery, []),
    (error) => error instanceof BroadsheetError && error.exitCode === EXIT.config,
  );
});

test('without an address for bounces the sender is that of the newsletter, with or without a token', () => {
  const plain = { envelope: { from: newsletter().from.address, to: reader } };
  assert.deepEqual(envelopeOf(newsletter(), reader, deliveryToken(delivery, secrets)), plain);
  assert.equal(senderOf(undefined), bounces);
});
