import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/kernel/clock.ts';
import { CERTIFICATE, KEY } from '../support/certificates.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, postText } from '../support/program.ts';
import { MAILBOX, openTokenServer, refuseToken } from '../support/token-server.ts';

const NOW = ['--now', '2026-03-20T07:00'];

test('a relay with a certificate of an authority of its own, and a password of any characters', async (t) => {
  const login = { user: 'daily@paper.example', pass: 'a/b#c?d@e%' };
  const inbox = await openInbox({ login, server: { secure: true, key: KEY, cert: CERTIFICATE } });
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  project.write('posts/2026-03-19-a.md', postText('The council met'));
  project.write('authority.pem', CERTIFICATE);
  const relay = {
    BROADSHEET_SMTP_URL: `smtps://localhost:${inbox.port}`,
    BROADSHEET_SMTP_USER: login.user,
    BROADSHEET_SMTP_PASSWORD: login.pass,
  };
  const send = (environment: NodeJS.ProcessEnv) =>
    project.runWith(environment, 'send', 'daily', '--to', 'ada@example.org', ...NOW);
  const distrusted = await send(relay);
  assert.equal(distrusted.code, 69, distrusted.stderr);
  assert.match(distrusted.stderr, /trouble with TLS: self-signed certificate.*NODE_EXTRA_CA_CERTS/);
  const believed = await send({
    ...relay,
    NODE_EXTRA_CA_CERTS: `${project.folder}/authority.pem`,
  });
  assert.equal(believed.code, 0, believed.stderr);
  assert.equal(inbox.messagesTo('ada@example.org').length, 1);
});

test('a provider by its name, and access tokens: without one the edition waits, and nobody sees a secret', async (t) => {
  const server = await openTokenServer(t, systemClock);
  server.refreshTokens.add('r3fresh');
  server.rotated.push('s3cond');
  const inbox = await openInbox(server.inbox);
  cleanUpAfter(t, () => inbox.close());
  const oauth = `{user: ${MAILBOX}, clientId: app-1, tokenUrl: "${server.url}"}`;
  const project = openProject(t, {
    config: `${CONFIG}email: {relay: microsoft365, smtpUrl: "${inbox.url}", oauth: ${oauth}}\n`,
  });
  project.write('posts/2026-03-19-a.md', postText('The council met'));
  await project.run('subscribers', 'add', 'ada@example.org', 'bob@example.org');
  const secrets = {
    BROADSHEET_SMTP_CLIENT_SECRET: 's3cret',
    BROADSHEET_SMTP_REFRESH_TOKEN: 'r3fresh',
  };
  const send = () => project.runWith(secrets, 'send', 'daily', '--yes', ...NOW);

  const checked = await project.runWith(secrets, 'check', ...NOW);
  assert.match(
    checked.stdout,
    /^relay {6}127\.0\.0\.1:\d+ is microsoft365: 127\.0\.0\.1:\d+, 3 at once, 0\.5 a second, 10,000 a day$/m,
  );

  const without = await project.run('send', 'daily', '--yes', ...NOW);
  assert.equal(without.code, 78, without.stderr);
  assert.match(without.stderr, /has oauth and no secret; set BROADSHEET_SMTP_CLIENT_SECRET or /);

  server.answer = (response) => refuseToken(response, 'invalid_grant', 'r3fresh has expired');
  const refused = await send();
  assert.equal(refused.code, 69, refused.stderr);
  assert.match(refused.stderr, /gets no login: the token server .* get a new refresh token/);
  const status = await project.run('status');
  assert.match(status.stdout, /waits for its relay/);
  assert.match(status.stdout, /\(microsoft365\)/);

  server.answer = undefined;
  const sent = await send();
  assert.equal(sent.code, 0, sent.stderr);
  assert.deepEqual(inbox.messages.map(({ to }) => to).toSorted(), [
    'ada@example.org',
    'bob@example.org',
  ]);
  assert.ok(existsSync(join(project.folder, '.broadsheet/broadsheet.tokens.json')));
  for (const { stdout, stderr } of [checked, refused, status, sent]) {
    assert.doesNotMatch(stdout + stderr, /s3cret|r3fresh|s3cond|token-\d/);
  }
});
