import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import type { Config } from '../../src/settings/config.ts';
import { describeProviders } from '../../src/settings/describe-provider.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { providerOfDomain, providerOfServer } from '../../src/settings/mail-providers.ts';
import { RELAY_PRESET_NAMES, RELAY_PRESETS } from '../../src/settings/relay-presets.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LEAST = `
site: {title: T, url: "https://example.org/blog", author: {name: A}}
newsletters: [{id: news, name: N, from: {name: N, address: n@example.org}, postalAddress: P}]
`;

function load(t: TestContext, email: string, environment: NodeJS.ProcessEnv = {}): Config {
  const folder = temporaryFolder(t, { 'broadsheet.yaml': `${LEAST}email: ${email}\n` });
  return loadConfig(join(folder, 'broadsheet.yaml'), environment);
}

/** The error of a config, without the name of its file. */
function problemOf(t: TestContext, email: string, environment: NodeJS.ProcessEnv = {}): string {
  try {
    load(t, email, environment);
  } catch (error) {
    assert.ok(error instanceof BroadsheetError, String(error));
    assert.equal(error.exitCode, EXIT.config);
    return error.message.replace(/^\/.*?broadsheet\.yaml:?/, '').trim();
  }
  return 'no problem';
}

test('without a provider, a relay has the standard URL, five connections and no headers', (t) => {
  const [relay] = load(t, '{}').relays;
  assert.equal(relay.url, 'smtp://localhost:25');
  assert.equal(relay.connections, 5);
  const { headers, presetHeaders, editionHeaders } = relay;
  assert.deepEqual([headers, presetHeaders, editionHeaders], [undefined, undefined, undefined]);
});

test('every provider fills in a URL with TLS and its limits, and says where they are from', (t) => {
  for (const name of RELAY_PRESET_NAMES) {
    const region = name === 'ses' ? ', region: eu-west-1' : '';
    const [relay] = load(t, `{relay: ${name}${region}}`).relays;
    assert.match(
      relay.url ?? '',
      /^(smtps:\/\/[a-z0-9.-]+:465|smtp:\/\/[a-z0-9.-]+:587\?tls=required)$/,
    );
    const [report] = describeProviders([relay], {});
    assert.equal(report?.needsWebhookKey, report?.bounces === 'webhook');
    assert.match(report?.source ?? '', /^https:\/\//);
    for (const headers of [relay.presetHeaders, relay.editionHeaders]) {
      const written = `{headers: ${JSON.stringify(headers ?? {})}}`;
      assert.deepEqual(
        load(t, written).relays[0].headers,
        headers ?? {},
        `${name} has valid headers`,
      );
    }
  }
});

test('a region chooses the host', (t) => {
  const hostOf = (email: string) => new URL(load(t, email).relays[0].url ?? '').hostname;
  assert.equal(hostOf('{relay: ses, region: eu-west-1}'), 'email-smtp.eu-west-1.amazonaws.com');
  assert.equal(hostOf('{relay: mailgun}'), 'smtp.mailgun.org');
  assert.equal(hostOf('{relay: mailgun, region: eu}'), 'smtp.eu.mailgun.org');
  assert.equal(hostOf('{relay: zoho, region: com.au}'), 'smtppro.zoho.com.au');
});

test('what the config says counts instead of what the provider does', (t) => {
  const [relay] = load(
    t,
    '{relay: microsoft365, connections: 2, messagesPerDay: 100, smtpUrl: "smtp://127.0.0.1:2525"}',
  ).relays;
  assert.deepEqual(
    [relay.url, relay.connections, relay.messagesPerDay, relay.messagesPerSecond],
    ['smtp://127.0.0.1:2525', 2, 100, 0.5],
  );
});

test('each of several relays has its own provider', (t) => {
  const { relays } = load(
    t,
    '{relays: [{id: a, relay: postmark}, {id: b, relay: gmail, weight: 0}]}',
  );
  assert.deepEqual(
    relays.map(({ id, weight, url }) => [id, weight, url]),
    [
      ['a', 1, 'smtp://smtp.postmarkapp.com:587?tls=required'],
      ['b', 0, 'smtps://smtp.gmail.com:465'],
    ],
  );
  assert.deepEqual(relays[0].presetHeaders, RELAY_PRESETS.postmark.headers);
});

test('a provider that is none, or a region that it has not, is reported with what there is', (t) => {
  const cases: [string, string][] = [
    [
      '{relay: postmrk}',
      '4:16  email.relay is not one of the values it can have; did you mean postmark?',
    ],
    ['{relay: ses}', 'email.relay needs region, the region of the account, such as eu-west-1'],
    ['{relay: mailgun, region: asia}', 'email.relay has no region asia; write us or eu'],
    ['{relay: gmail, region: eu}', 'email.relay has no regions; leave region out'],
    ['{region: eu}', 'email.region is of a provider; add relay, or leave it out'],
  ];
  for (const [email, problem] of cases) assert.equal(problemOf(t, email), problem);
});

test('a header for a relay is one line, and never one that Broadsheet writes', (t) => {
  const problem = (headers: object) => problemOf(t, `{headers: ${JSON.stringify(headers)}}`);
  for (const name of ['Message-ID', 'from', 'List-Post', 'Content-Type', 'DKIM-Signature', 'Bcc']) {
    assert.match(
      problem({ [name]: 'x' }),
      /is a header that Broadsheet or mail servers write; leave/,
    );
  }
  for (const name of ['X Tag', 'X-Tag:', '', 'X-Tag\r\nBcc', 'Ü']) {
    assert.match(problem({ [name]: 'x' }), /is not the name of a header; write letters/);
  }
  for (const value of ['', ' x', 'a\r\nBcc: b@example.org', 'a\nb', 'ü', 'x'.repeat(851)]) {
    assert.match(problem({ 'X-Tag': value }), /has a value that is not one line of at most 850/);
  }
  assert.equal(
    problem({ 'X-Tag': '{edition}, {newsletter}', 'X-JSON': '{"a": [1]}' }),
    'no problem',
  );
});

const OAUTH = '{user: desk@example.org, clientId: app-1}';

test('a provider knows its token server, and the environment has the secrets', (t) => {
  const environment = { BROADSHEET_SMTP_CLIENT_SECRET: ' s3cret ' };
  const email =
    '{relay: microsoft365, oauth: {user: d@example.org, clientId: app, tenant: t.example}}';
  assert.deepEqual(load(t, email, environment).relays[0].oauth, {
    ...{ relay: 'smtp.office365.com:587', user: 'd@example.org', clientId: 'app', suffix: '' },
    tokenUrl: 'https://login.microsoftonline.com/t.example/oauth2/v2.0/token',
    ...{ clientSecret: 's3cret', scope: undefined },
    applicationScope: 'https://outlook.office365.com/.default',
  });
  const { relays } = load(t, `{relays: [{id: my-mail, relay: gmail, oauth: ${OAUTH}}]}`, {
    BROADSHEET_SMTP_REFRESH_TOKEN_MY_MAIL: 'r3fresh',
    BROADSHEET_SMTP_PRIVATE_KEY_MY_MAIL: 'first\\nsecond',
  });
  assert.equal(relays[0].oauth?.refreshToken, 'r3fresh');
  assert.equal(relays[0].oauth?.privateKey, 'first\nsecond');
});

test('tokens that cannot work are reported before anything is sent', (t) => {
  const secret = { BROADSHEET_SMTP_CLIENT_SECRET: 's' };
  const login = { BROADSHEET_SMTP_USER: 'u', BROADSHEET_SMTP_PASSWORD: 'p' };
  const cases: [string, NodeJS.ProcessEnv, RegExp][] = [
    [`{oauth: ${OAUTH}}`, secret, /email\.oauth has no tokenUrl; add it, or relay: gmail/],
    [`{relay: microsoft365, oauth: ${OAUTH}}`, secret, /email\.oauth has no tenant; add the id/],
    ['{}', secret, /email\.oauth is missing, and there are secrets for it/],
    [`{relay: gmail, oauth: ${OAUTH}}`, login, /email\.oauth is instead of a password/],
    ['{relays: [{id: a}]}', secret, /BROADSHEET_SMTP_CLIENT_SECRET {2}is for one relay/],
    ['{}', { BROADSHEET_SMTP_CLIENT_SECRET_X: 's' }, /_X {2}is of a relay that .* does not list/],
    [
      '{oauth: {user: u, clientId: c, tokenUrl: "http://login.example/token"}}',
      secret,
      /oauth\.tokenUrl is not an address of a token server; write one like https/,
    ],
  ];
  for (const [email, environment, problem] of cases) {
    assert.match(problemOf(t, email, environment), problem);
  }
});

test('a relay that is a server of Yahoo gets what Yahoo takes', (t) => {
  const url = 'smtp://mta5.am0.yahoodns.net:25';
  assert.equal(load(t, `{smtpUrl: "${url}"}`).relays[0].messagesPerConnection, 20);
  const own = load(t, `{smtpUrl: "${url}", messagesPerConnection: 5}`);
  assert.equal(own.relays[0].messagesPerConnection, 5);
});

test('domains and servers of the large providers are known', () => {
  const domains = [
    'gmail.com',
    'hotmail.co.uk',
    'outlook.de',
    'yahoo.co.jp',
    'aol.com',
    'google.com',
  ];
  assert.deepEqual(domains.map(providerOfDomain), [
    ...['google', 'microsoft', 'microsoft', 'yahoo', 'yahoo', undefined],
  ]);
  const servers = [
    ...['ASPMX.L.GOOGLE.COM.', 'alt1.aspmx.l.google.com', 'smtp.google.com'],
    ...['paper-example.mail.protection.outlook.com', 'outlook-com.olc.protection.outlook.com'],
    ...['paper-example.p-v1.mx.microsoft', 'mta7.am0.yahoodns.net'],
    ...['mx.paper.example', 'notgoogle.com', 'google.com.attacker.example'],
  ];
  assert.deepEqual(servers.map(providerOfServer), [
    ...['google', 'google', 'google', 'microsoft', 'microsoft', 'microsoft', 'yahoo'],
    ...[undefined, undefined, undefined],
  ]);
});
