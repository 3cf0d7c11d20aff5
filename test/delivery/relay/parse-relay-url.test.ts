import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRelayUrl } from '../../../src/delivery/relay/parse-relay-url.ts';
import { BroadsheetError, EXIT } from '../../../src/kernel/errors.ts';

test('a URL says where the relay is, how to log in and how to use TLS', () => {
  assert.deepEqual(parseRelayUrl('smtps://ada:p%40ss@mail.example'), {
    name: 'mail.example:465',
    host: 'mail.example',
    port: 465,
    tls: 'always',
    selfSigned: false,
    login: { user: 'ada', pass: 'p@ss' },
  });
  assert.equal(parseRelayUrl('smtp://mail.example').tls, 'offered');
  assert.equal(parseRelayUrl('smtp://mail.example').port, 25);
  assert.equal(parseRelayUrl('smtp://mail.example?tls=off').tls, 'off');
  assert.equal(parseRelayUrl('smtp://[::1]:2525').host, '::1');
  assert.equal(parseRelayUrl('smtp://[::1]:2525?certificate=self-signed').selfSigned, true);
});

test('a password goes to another machine over TLS only', () => {
  assert.equal(parseRelayUrl('smtp://ada:pass@mail.example').tls, 'required');
  assert.equal(parseRelayUrl('smtp://ada:pass@mail.example').port, 587);
  assert.equal(parseRelayUrl('smtp://ada:pass@mail.example?tls=off').tls, 'off');
  assert.equal(parseRelayUrl('smtp://ada:pass@localhost').tls, 'offered');
});

test('a login apart from the URL may have any characters, and asks for TLS as one in it does', () => {
  const login = { user: 'ada@example.org', pass: 'a/b?c#d@e%' };
  const address = parseRelayUrl('smtp://mail.example', login);
  assert.deepEqual(address.login, login);
  assert.deepEqual([address.port, address.tls], [587, 'required']);
});

test('a character of a password that ends the host is named, with what to write for it', () => {
  const marks = { '/': '%2F', '?': '%3F', '#': '%23' };
  for (const [mark, encoded] of Object.entries(marks)) {
    // A part before the mark that could be a port would be taken for one.
    for (const before of ['hunter', '12']) {
      const url = `smtps://ada:${before}${mark}2@mail.example:465`;
      assert.throws(() => parseRelayUrl(url), {
        message: `BROADSHEET_SMTP_URL or email.smtpUrl  has a ${mark} in its name or password, which ends the host there; write ${encoded} for it, or set BROADSHEET_SMTP_USER and BROADSHEET_SMTP_PASSWORD`,
      });
    }
  }
});

test('a wrong URL is reported without its password', () => {
  const wrong = [
    'http://u:hunter2@mail.example',
    'smtp://u:hunter2@mail.example?tls=maybe',
    'smtp://u:hunter2@mail.example?certificate=self-signed',
    'smtps://u:hunter2@mail.example?tls=off',
    'smtp://:hunter2@mail.example',
    'smtp://u:hunter2%zz@mail.example',
    'hunter2',
  ];
  for (const url of wrong) {
    assert.throws(
      () => parseRelayUrl(url),
      (error) =>
        error instanceof BroadsheetError &&
        error.exitCode === EXIT.config &&
        !error.message.includes('hunter2'),
      url,
    );
  }
});
