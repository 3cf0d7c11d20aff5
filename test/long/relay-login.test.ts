import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CERTIFICATE, KEY } from '../support/certificates.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { openProject, postText } from '../support/program.ts';

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
