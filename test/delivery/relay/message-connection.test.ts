import assert from 'node:assert/strict';
import { test } from 'node:test';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { openFaultRelay } from '../../support/fault-relay.ts';
import { messageTo, readyMessageTo, relayAt } from '../../support/relay.ts';

const yes = async () => true;

test('nodemailer has the method that MessageConnection steps in at', () => {
  assert.equal(typeof Reflect.get(SMTPConnection.prototype, '_createSendStream'), 'function');
});

test('a message that is ready for the wire is on it as nodemailer would have put it there', async (t) => {
  const server = await openFaultRelay(t);
  const relay = relayAt(t, server.url);
  const ready = readyMessageTo('ada@example.org');
  const { wireReady, ...ordinary } = ready;
  assert.equal((await relay.send(ready, yes)).kind, 'accepted');
  assert.equal((await relay.send(ordinary, yes)).kind, 'accepted');
  const [asItIs, lookedAt] = server.kept;
  assert.equal(wireReady, true);
  assert.ok(asItIs !== undefined && lookedAt !== undefined);
  assert.ok(asItIs.wire.equals(lookedAt.wire));
  assert.ok(asItIs.wire.equals(Buffer.concat([ready.bytes, Buffer.from('.\r\n')])));
});

test('nobody looks at its lines: where a dot begins one, it is not doubled', async (t) => {
  const server = await openFaultRelay(t);
  const relay = relayAt(t, server.url);
  const message = {
    ...messageTo('ada@example.org'),
    bytes: Buffer.from('Subject: x\r\n\r\n.dot\r\n'),
  };
  await relay.send({ ...message, wireReady: true }, yes);
  await relay.send(message, yes);
  assert.deepEqual(
    server.kept.map(({ wire }) => wire.toString()),
    ['Subject: x\r\n\r\n.dot\r\n.\r\n', 'Subject: x\r\n\r\n..dot\r\n.\r\n'],
  );
});
