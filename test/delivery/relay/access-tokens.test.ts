import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openAccessTokens, TokenError } from '../../../src/delivery/relay/access-tokens.ts';
import { openKeptTokens } from '../../../src/delivery/relay/kept-tokens.ts';
import { closedPort } from '../../support/inbox.ts';
import { openMachineClock } from '../../support/sending.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { applicationAt, openTokenServer, refuseToken } from '../../support/token-server.ts';

async function open(t: TestContext, changes: Parameters<typeof applicationAt>[1] = {}) {
  const machine = openMachineClock({ stands: true });
  const server = await openTokenServer(t, machine.clock);
  const file = join(temporaryFolder(t), 'paper.tokens.json');
  const account = applicationAt(server, changes);
  const openAgain = () => openAccessTokens(account, machine.clock, openKeptTokens(file));
  return { ...machine, server, account, file, openAgain, tokens: openAgain() };
}

/** The message of the error that `get` throws. */
async function troubleOf(got: Promise<string>): Promise<string> {
  try {
    return `no trouble: ${await got}`;
  } catch (error) {
    assert.ok(error instanceof TokenError, String(error));
    return error.message;
  }
}

test('an application asks for a token with its id and secret, and all connections share it', async (t) => {
  const { tokens, server } = await open(t);
  const got = await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
  assert.deepEqual(got, ['token-1', 'token-1', 'token-1']);
  assert.deepEqual(server.requests, [
    {
      grant_type: 'client_credentials',
      client_id: 'app-1',
      client_secret: 's3cret-of-the-app',
      scope: 'https://outlook.office365.com/.default',
    },
  ]);
});

test('a token is renewed before it ends, and at once if the relay refuses it', async (t) => {
  const { tokens, server, move } = await open(t);
  assert.equal(await tokens.get(), 'token-1');
  move(54 * 60_000);
  assert.equal(await tokens.get(), 'token-1');
  move(2 * 60_000);
  assert.equal(await tokens.get(), 'token-2');
  assert.deepEqual(await Promise.all([tokens.get('token-2'), tokens.get('token-2')]), [
    'token-3',
    'token-3',
  ]);
  assert.equal(await tokens.get('token-1'), 'token-3');
  assert.equal(server.requests.length, 3);
});

test('while the token server is away, a token is used until it ends', async (t) => {
  const { tokens, server, move } = await open(t);
  await tokens.get();
  server.answer = (response) => response.writeHead(503).end('<html>away</html>');
  move(56 * 60_000);
  assert.equal(await tokens.get(), 'token-1');
  move(5 * 60_000);
  const trouble = await troubleOf(tokens.get());
  assert.match(trouble, /^the token server 127\.0\.0\.1:\d+ answers 503 without a token; /);
});

test('a refresh token that the server exchanges is kept for the next program, for its owner only', async (t) => {
  const { tokens, server, account, file, openAgain, move } = await open(t, {
    refreshToken: 'from-the-environment',
  });
  server.refreshTokens.add('from-the-environment');
  server.rotated.push('second', 'third');
  await tokens.get();
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!readFileSync(file, 'utf8').includes('from-the-environment'));
  move(3_600_000);
  await openAgain().get();
  // The first program did not do this exchange, and goes on from it.
  await tokens.get('token-1');
  const used = server.requests.map((request) => request.refresh_token);
  assert.deepEqual(used, ['from-the-environment', 'second', 'third']);

  // A new one in the environment is used instead.
  server.refreshTokens.add('new-one');
  const changed = { ...account, refreshToken: 'new-one' };
  await openAccessTokens(changed, () => Temporal.Now.instant(), openKeptTokens(file)).get();
  assert.equal(server.requests.at(-1)?.refresh_token, 'new-one');
});

test('if the kept refresh token is refused, the one of the environment is tried', async (t) => {
  const { server, openAgain, file } = await open(t, { refreshToken: 'original' });
  openKeptTokens(file).write('office', 'original', 'withdrawn');
  server.refreshTokens.add('original');
  assert.equal(await openAgain().get(), 'token-2');
  const used = server.requests.map((request) => request.refresh_token);
  assert.deepEqual(used, ['withdrawn', 'original']);
});

test('a refresh token that has ended is reported with what to do, and with no secret', async (t) => {
  const { tokens, server } = await open(t, { refreshToken: 'r3fresh', suffix: '_OFFICE' });
  server.answer = (response) =>
    refuseToken(response, 'invalid_grant', 'AADSTS700082: r3fresh has expired. Trace ID: 1-2-3');
  const trouble = await troubleOf(tokens.get());
  assert.match(
    trouble,
    /^the token server 127\.0\.0\.1:\d+ refuses: invalid_grant \(AADSTS700082: \[secret\] has expired\.\); get a new refresh token \(docs\/relays\.md\), and set BROADSHEET_SMTP_REFRESH_TOKEN_OFFICE$/,
  );
});

test('a wrong secret of an application is reported with the variable', async (t) => {
  const { tokens, server } = await open(t);
  server.answer = (response) => refuseToken(response, 'invalid_client', 'AADSTS7000222: expired');
  assert.match(
    await troubleOf(tokens.get()),
    /refuses: invalid_client .*; check oauth\.clientId, and set a valid BROADSHEET_SMTP_CLIENT_SECRET/,
  );
});

test('a token server that redirects, answers too much or nothing useful gives no token', async (t) => {
  const { tokens, server } = await open(t);
  server.answer = (response) => response.writeHead(307, { location: server.url }).end();
  assert.match(await troubleOf(tokens.get()), /answers 307 without a token/);
  assert.equal(server.requests.length, 1);
  server.answer = (response) => response.end(`{"access_token":"${'x'.repeat(200_000)}"}`);
  assert.match(await troubleOf(tokens.get()), /its answer has more than 100000 bytes/);
  server.answer = (response) => response.end('{"access_token":"a\\r\\nRSET"}');
  assert.match(await troubleOf(tokens.get()), /answers 200 without a token/);
  server.answer = (response) => response.destroy();
  assert.match(await troubleOf(tokens.get()), /is not available \(/);
});

test('a token server that is not there is reported', async (t) => {
  const { tokens } = await open(t, { tokenUrl: `http://127.0.0.1:${closedPort()}/token` });
  assert.match(await troubleOf(tokens.get()), /^the token server 127\.0\.0\.1:4 is not available/);
});

test('a service account signs what it asks for', async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { tokens, server, clock } = await open(t, {
    ...{ privateKey: pem, clientId: 'robot@project.example', clientSecret: undefined },
    applicationScope: 'https://mail.google.com/',
  });
  assert.equal(await tokens.get(), 'token-1');
  const [{ grant_type: grant, assertion = '', ...others } = {}] = server.requests;
  assert.equal(grant, 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  assert.deepEqual(others, {});
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const verified = createVerify('RSA-SHA256').update(`${head}.${body}`);
  assert.ok(verified.verify(publicKey, signature, 'base64url'));
  const iat = Math.floor(clock().epochMilliseconds / 1000);
  assert.deepEqual(JSON.parse(Buffer.from(body, 'base64url').toString()), {
    ...{ iss: 'robot@project.example', sub: 'desk@paper.example', aud: server.url },
    ...{ scope: 'https://mail.google.com/', iat, exp: iat + 300 },
  });
});

test('a private key that is none is reported with the variable', async (t) => {
  const { tokens } = await open(t, { privateKey: 'not a key' });
  assert.match(
    await troubleOf(tokens.get()),
    /^BROADSHEET_SMTP_PRIVATE_KEY is not a private key; /,
  );
});
