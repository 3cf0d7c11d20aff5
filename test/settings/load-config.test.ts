import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { after, test } from 'node:test';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { checkCountries } from '../../src/settings/check-countries.ts';
import { configJsonSchema, configurationPage } from '../../src/settings/configuration-page.ts';
import { loadConfig, overrideFolders } from '../../src/settings/load-config.ts';
import { relaysWithoutUrl } from '../../src/settings/relay-accounts.ts';

const ANNOTATED = join(import.meta.dirname, '../../config/broadsheet.yaml');
const LEAST = `
site: {title: T, url: "https://example.org/blog", author: {name: A}}
newsletters: [{id: news, name: N, from: {name: N, address: n@Example.org}, postalAddress: P}]
`;

const folder = mkdtempSync(join(tmpdir(), 'broadsheet-config-'));
after(() => rmSync(folder, { recursive: true }));

function load(yaml: string, environment: NodeJS.ProcessEnv = {}) {
  const file = join(folder, 'broadsheet.yaml');
  writeFileSync(file, yaml);
  return loadConfig(file, environment);
}

/** The lines of the error that `yaml` gives, without the file's name. */
function problemsOf(yaml: string, environment: NodeJS.ProcessEnv = {}): string[] {
  return problemsIn(() => load(yaml, environment));
}

function problemsIn(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof BroadsheetError, String(error));
    assert.equal(error.exitCode, EXIT.config);
    return error.message.split('\n').map((line) => line.replace(/^.*broadsheet\.yaml:?/, ''));
  }
  return [];
}

/** Takes the `# ` from every line of the annotated config that shows an option. */
function uncommented(text: string): string {
  return text.replace(/^( *)# ([A-Za-z]+:(?: .*)?)$/gm, '$1$2');
}

test('the annotated config loads as it is', () => {
  const config = loadConfig(ANNOTATED, {});
  assert.equal(config.site.title, 'The Harbour Broadsheet');
  assert.equal(config.newsletters[0]?.id, 'politics-essential');
  assert.equal(config.folders.posts, join(import.meta.dirname, '../../posts'));
});

test('what the annotated config shows as a default is the default', () => {
  const text = readFileSync(ANNOTATED, 'utf8');
  const example =
    /^ +(email: desk@|relay: ses|region:|keepsSender:|headers:|oauth:|logo:|generator:|permalink:|copyright:|copyPictures:|hub:|replyTo:|bounceAddress:|complaintAddress:|dkim:|editor:|reportAfterHours:|sunset:|weekly:|name: mail\.|messagesPer|warmUp:|relays:|domain|privacyUrl:|command:|url: https:\/\/alerts|heartbeatUrl:|servers:|imap:|maildir:|mbox:|listen:)|^ {4}(url|on|newsletter):|^hooks:/;
  const original = text.split('\n');
  const shown = uncommented(text)
    .split('\n')
    .filter((line, at) => line === original[at] || !example.test(line));
  assert.ok(shown.some((line, at) => line !== original[at]));
  const withDefaults = load(shown.join('\n'));
  const plain = load(text);
  assert.deepEqual(withDefaults, plain);
});

test('the annotated config shows every option of the schema', () => {
  const names = new Set<string>();
  const collect = (schema: { properties?: Record<string, object>; items?: object }) => {
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      names.add(name);
      collect(inner);
    }
    if (schema.items) collect(schema.items);
  };
  collect(JSON.parse(configJsonSchema()));
  names.delete('$schema');
  const text = uncommented(readFileSync(ANNOTATED, 'utf8'));
  const missing = [...names].filter(
    (name) => !new RegExp(`(^[ -]*|[{,"] *)${name}:`, 'm').test(text),
  );
  assert.deepEqual(missing, []);
  assert.ok(names.size > 40);
});

test('the JSON Schema in config/ and docs/configuration.md are made from this schema', () => {
  const root = join(import.meta.dirname, '../..');
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  assert.equal(read('config/broadsheet.schema.json'), configJsonSchema());
  assert.equal(read('docs/configuration.md'), configurationPage());
});

test('what is left out has defaults made of what is there', () => {
  const config = load(LEAST);
  const [news] = config.newsletters;
  assert.equal(config.site.url, 'https://example.org/blog/');
  assert.equal(config.publicUrl, 'https://example.org/blog/');
  assert.equal(news?.listId, 'news.example.org');
  assert.equal(news?.from.address, 'n@example.org');
  assert.equal(news?.unsubscribeMail, 'n+unsubscribe@example.org');
  assert.equal(news?.timeZone, 'UTC');
});

test('site and newsletters share their colour and have their logos, unless they say otherwise', () => {
  const of = (ofSite: string, ofNewsletter: string) => {
    const text = LEAST.replace('title: T, ', `title: T, ${ofSite}`).replace(
      '{id: news',
      `{${ofNewsletter}id: news`,
    );
    const { site, newsletters } = load(text);
    return [site.color, newsletters[0]?.color, newsletters[0]?.logo];
  };
  assert.deepEqual(of('', ''), ['#8b1e2d', '#8b1e2d', undefined]);
  assert.deepEqual(of('color: "#123456", ', ''), ['#123456', '#123456', undefined]);
  assert.deepEqual(of('', 'color: "#123456", '), ['#123456', '#123456', undefined]);
  const [, , logo] = of('', 'logo: ../logo.png, ');
  assert.ok(isAbsolute(String(logo)));
});

test('an option without a value counts as left out', () => {
  assert.deepEqual(problemsOf(`${LEAST}\nposts:\nfeeds:\n  items:\n`), []);
});

test('each wrong value is told with line, column and remedy', () => {
  const cases: [string, string][] = [
    [`${LEAST}feeds: {items: 5000}`, '4:16  feeds.items is too large; the most is 1000'],
    [`${LEAST}feeds: {itmes: 5}`, '4:9  feeds.itmes is not an option; did you mean items?'],
    [`${LEAST}posts: {drafts: maybe}`, '4:17  posts.drafts must be true or false, not "maybe"'],
    [
      `${LEAST}feeds: {formats: [rss, atmo]}`,
      '4:24  feeds.formats[1] is not one of the values it can have; did you mean atom?',
    ],
    [
      `${LEAST}web: {trustedProxies: [127.0.0.1, "10.0.0.0/8", "fd00::/8", "10.0.0.0/33"]}`,
      '4:61  web.trustedProxies[3] is not an address or a network; write one like 127.0.0.1, 10.0.0.0/8 or fd00::/8',
    ],
    // Everyone would be trusted.
    [
      `${LEAST}web: {trustedProxies: ["0.0.0.0/0"]}`,
      '4:24  web.trustedProxies[0] is not an address or a network; write one like 127.0.0.1, 10.0.0.0/8 or fd00::/8',
    ],
    [
      `${LEAST}inbound: {imap: {host: mail.example.org, user: n, tls: no}}`,
      '4:56  inbound.imap.tls would send the password to another machine without encryption; write yes or starttls',
    ],
    [LEAST.replace('title: T, ', ''), '2:1  site.title is missing; add it'],
    [
      LEAST.replace('n@Example.org', 'nobody'),
      '3:60  newsletters[0].from.address is not an address: "nobody" has no name before an @; write name@example.org',
    ],
    [
      `${LEAST}email: {smtpUrl: "smtp://a:b@relay.example"}`,
      '4:18  email.smtpUrl holds a password; put the whole URL into BROADSHEET_SMTP_URL instead',
    ],
    [`${LEAST}site: {}`, '4:1  is not YAML: Map keys must be unique'],
    [`${LEAST}\tposts: 1`, '4:1  is not YAML: Tabs are not allowed as indentation; write spaces'],
  ];
  for (const [yaml, expected] of cases)
    assert.ok(problemsOf(yaml).includes(expected), `${expected}\n${problemsOf(yaml).join('\n')}`);
});

test('a key, and an address for complaints, have to be of the domain that mail is from', () => {
  const key = (domain: string) => `{domain: ${domain}, selector: a, keyFile: a.pem}`;
  const withKeys = (...keys: string[]) => `${LEAST}email: {dkim: [${keys.join(', ')}]}`;
  assert.deepEqual(problemsOf(withKeys(key('example.org'), key('mail.example.org'))), []);
  assert.deepEqual(problemsOf(withKeys(key('other.org'))), [
    '4:25  email.dkim[0].domain is other.org, and no newsletter is from an address there; DMARC needs the domain of from.address, or one above it',
  ]);
  assert.deepEqual(problemsOf(withKeys(key('example.org'), key('example.org'))), [
    '4:100  email.dkim[1].selector is that of another key; choose another',
  ]);
  const complaints = (to: string) =>
    LEAST.replace('postalAddress', `complaintAddress: ${to}, postalAddress`);
  assert.deepEqual(problemsOf(complaints('c@fbl.example.org')), []);
  assert.match(
    problemsOf(complaints('c@example.com')).join(),
    /complaintAddress is not in the domain of from\.address; use an address in example\.org/,
  );
});

test('two newsletters of one id are refused', () => {
  const twice = LEAST.replace(
    'postalAddress: P}',
    'postalAddress: P}, {id: news, name: M, from: {name: M, address: m@example.org}, postalAddress: P}',
  );
  assert.deepEqual(problemsOf(twice), [
    '  newsletters has two with the id news; give each its own',
  ]);
});

test('a config file that is not there is told with what to do', () => {
  assert.throws(
    () => loadConfig(join(folder, 'none.yaml'), {}),
    (error: BroadsheetError) =>
      error.exitCode === EXIT.config && /is not there; name another/.test(error.message),
  );
});

test('the environment stands over the file', () => {
  const config = load(LEAST, {
    BROADSHEET_SMTP_URL: 'smtps://user:secret@relay.example:465',
    BROADSHEET_PUBLIC_URL: 'https://news.example.org/paper',
    BROADSHEET_DATABASE_URL: `sqlite:${folder}/x.db`,
    BROADSHEET_SECRET: 'new-key-0123456789 old-key-0123456789',
  });
  assert.equal(config.relays[0].url, 'smtps://user:secret@relay.example:465');
  assert.equal(config.publicUrl, 'https://news.example.org/paper/');
  assert.equal(config.feeds.publicUrl, 'https://news.example.org/paper/');
  assert.equal(config.databaseUrl, `sqlite:${folder}/x.db`);
  assert.deepEqual(config.secrets, ['new-key-0123456789', 'old-key-0123456789']);
});

test('a wrong value in the environment is named without being shown', () => {
  const wrong = { BROADSHEET_SMTP_URL: 'relay with pass:word', BROADSHEET_SECRET: 'short' };
  for (const [name, value] of Object.entries(wrong)) {
    const [line = ''] = problemsOf(LEAST, { [name]: value });
    assert.ok(line.startsWith(`${name}  `), line);
    assert.ok(!line.includes(value), line);
  }
});

test('each relay has the URL of its variable, else its own, else none', () => {
  const relays = `
email:
  relays:
    - {id: main-2, smtpUrl: "smtp://main.example"}
    - {id: second, smtpUrl: "smtp://second.example"}
    - {id: third}
`;
  const config = load(LEAST + relays, { BROADSHEET_SMTP_URL_MAIN_2: 'smtps://a:b@main.example' });
  const urls = config.relays.map(({ url }) => url);
  assert.deepEqual(urls, ['smtps://a:b@main.example', 'smtp://second.example', undefined]);
  assert.deepEqual(
    relaysWithoutUrl(config).map(({ message }) => message),
    [
      'the relay third has no URL; set BROADSHEET_SMTP_URL_THIRD where you send, or add its smtpUrl',
    ],
  );
});

test('a login comes from variables of its own, for each relay', () => {
  const one = load(LEAST, {
    BROADSHEET_SMTP_URL: 'smtps://relay.example',
    BROADSHEET_SMTP_USER: 'ada',
    BROADSHEET_SMTP_PASSWORD: ' a/b#c?',
  });
  assert.deepEqual(one.relays[0].login, { user: 'ada', pass: ' a/b#c?' });
  const relays = `
email:
  relays:
    - {id: main-2, smtpUrl: "smtp://main.example"}
    - {id: second, smtpUrl: "smtp://second.example"}
`;
  const environment = {
    BROADSHEET_SMTP_USER_MAIN_2: 'ada',
    BROADSHEET_SMTP_PASSWORD_MAIN_2: 'pass',
  };
  const logins = load(LEAST + relays, environment).relays.map(({ login }) => login);
  assert.deepEqual(logins, [{ user: 'ada', pass: 'pass' }, undefined]);
});

test('half a login, two logins of one relay, and a login of no relay are refused', () => {
  const refuse = (environment: NodeJS.ProcessEnv, message: RegExp, config = LEAST) =>
    assert.throws(() => load(config, environment), { message });
  const both = { BROADSHEET_SMTP_USER: 'ada', BROADSHEET_SMTP_PASSWORD: 'pass' };
  refuse(
    { BROADSHEET_SMTP_USER: 'ada' },
    /^BROADSHEET_SMTP_USER {2}is set without BROADSHEET_SMTP_PASSWORD; set both$/,
  );
  refuse(
    { BROADSHEET_SMTP_PASSWORD_B: 'x' },
    /^BROADSHEET_SMTP_PASSWORD_B {2}is set without BROADSHEET_SMTP_USER_B/,
  );
  refuse(
    { ...both, BROADSHEET_SMTP_URL: 'smtps://a:b@relay.example' },
    /^BROADSHEET_SMTP_USER {2}is set, and the relay's URL has a name and a password too/,
  );
  const relays = `${LEAST}email: {relays: [{id: main, smtpUrl: "smtp://main.example"}]}\n`;
  refuse(
    both,
    /^BROADSHEET_SMTP_USER {2}is for one relay, .*; set BROADSHEET_SMTP_USER_MAIN$/,
    relays,
  );
  refuse(
    { BROADSHEET_SMTP_USER_X: 'ada', BROADSHEET_SMTP_PASSWORD_X: 'pass' },
    /^BROADSHEET_SMTP_USER_X {2}is of a relay that .* does not list/,
    relays,
  );
});

test('a password that ends the host of a relay is refused in the file and in the environment', () => {
  const [line = ''] = problemsOf(`${LEAST}email: {smtpUrl: "smtp://ada:12/3@relay.example"}`);
  assert.match(
    line,
    /4:18 {2}email\.smtpUrl has a \/ in its name or password, .*; write %2F for it/,
  );
  const [other = ''] = problemsOf(LEAST, { BROADSHEET_SMTP_URL: 'smtp://ada:12#3@relay.example' });
  assert.match(
    other,
    /^BROADSHEET_SMTP_URL {2}has a # in its name or password, .*; write %23 for it/,
  );
});

test('a variable of a relay that is not listed, and one for one relay beside several, are refused', () => {
  const relays = 'email: {relays: [{id: main, smtpUrl: "smtp://main.example"}]}\n';
  const loadIn = (environment: NodeJS.ProcessEnv) => () => load(LEAST + relays, environment);
  assert.throws(loadIn({ BROADSHEET_SMTP_URL_X: 'smtp://x.example' }), {
    message: /^BROADSHEET_SMTP_URL_X {2}is of a relay that .* does not list under email\.relays/,
  });
  assert.throws(loadIn({ BROADSHEET_SMTP_URL: 'smtp://x.example' }), {
    message: /^BROADSHEET_SMTP_URL {2}is for one relay, .*; set BROADSHEET_SMTP_URL_MAIN$/,
  });
});

test('limits that no relay would keep, since relays are listed beside them, are refused', () => {
  const both = `email:
  smtpUrl: smtp://one.example
  messagesPerHour: 5
  relays: [{id: main, smtpUrl: "smtp://main.example"}]
`;
  assert.deepEqual(problemsOf(LEAST + both), [
    '5:3  email.smtpUrl is for one relay, and email.relays lists them; move it to the relay that it is for',
    '6:3  email.messagesPerHour is for one relay, and email.relays lists them; move it to the relay that it is for',
  ]);
});

test('a warm-up from a day that there is not, and a domain that is none, are refused', () => {
  const wrong = `email:
  warmUp: {from: "2026-02-30", messagesPerDay: [50]}
  domains: [{domain: "@example.com", connections: 2}]
`;
  assert.deepEqual(problemsOf(LEAST + wrong), [
    '5:18  email.warmUp.from is not a date; write one like 2026-03-01',
    '6:22  email.domains[0].domain is not a domain; write the part of addresses after the @, like example.com',
  ]);
  const words = 'email: {warmUp: {from: "20 March", messagesPerDay: [50]}}\n';
  assert.equal(problemsOf(LEAST + words).length, 1);
});

/** The least config, with a schedule of `options`. */
function scheduled(options: string, rest = ''): string {
  return LEAST.replace('postalAddress: P', `postalAddress: P,\n schedule: {${options}}${rest}`);
}

test('a schedule that means nothing is told with its place, and what there is instead', () => {
  assert.deepEqual(problemsOf(scheduled('cron: "0 7 * * 1-5"')), []);
  assert.deepEqual(problemsOf(scheduled('cron: "0 7,12 * * *"')), [
    '4:19  newsletters[0].schedule.cron has several times in a day, and a day has one edition; write one minute and one hour, like "0 7 * * 1-5"',
  ]);
  assert.match(
    problemsOf(scheduled('cron: "7 o\'clock"'))[0] ?? '',
    /^4:19 .* is not a cron expression/,
  );
  const wait = (until: string) => `cron: "0 7 * * *", whenTooFew: wait, waitUntil: "${until}"`;
  assert.deepEqual(problemsOf(scheduled(wait('07:00'))), [
    '4:61  newsletters[0].schedule.waitUntil is 07:00, which is not after the time of cron, 07:00; write a later one',
  ]);
  assert.deepEqual(problemsOf(scheduled(wait('07:01'))), []);
});

const holidays = (text: string) => scheduled(`cron: "0 7 * * *", holidays: {${text}}`);

test('holidays of a country or a region that is not known are told where the schedule is used, with those that are', () => {
  const countryProblems = (text: string) => {
    const config = load(holidays(text));
    return problemsIn(() => checkCountries(config));
  };
  assert.match(
    countryProblems('country: XX')[0] ?? '',
    /^4:52 .*\.country is XX, whose holidays are not known; write one of AD/,
  );
  assert.match(
    countryProblems('country: GB, region: BY')[0] ?? '',
    /^4:64 .*\.region is BY, .*; write one of ALD, ENG, NIR, SCT, WLS$/,
  );
  assert.deepEqual(countryProblems('country: DE, region: BY-A'), []);
});

test('holidays of a region without its country, or a file that is not there, are told', () => {
  assert.match(problemsOf(holidays('region: BY'))[0] ?? '', /^4:51 .* has no country; add country/);
  assert.deepEqual(problemsOf(holidays('ics: mine.ics')), [
    '4:48  newsletters[0].schedule.holidays.ics names mine.ics, which is not there; write the path of an .ics file, relative to the config, or leave it out',
  ]);
  writeFileSync(join(folder, 'mine.ics'), 'BEGIN:VCALENDAR\nDTSTART:tomorrow\n');
  assert.match(
    problemsOf(holidays('ics: mine.ics'))[0] ?? '',
    /mine\.ics, which is not a calendar file \(RFC 5545\): DTSTART "tomorrow" is not a date;/,
  );
  writeFileSync(join(folder, 'mine.ics'), 'BEGIN:VCALENDAR\nEND:VCALENDAR\n');
  assert.deepEqual(problemsOf(holidays('ics: mine.ics, country: DE')), []);
});

test('a weekly sister is another newsletter of the config', () => {
  const [problem] = problemsOf(scheduled('cron: "0 7 * * *"', ',\n weekly: nowhere'));
  assert.match(
    problem ?? '',
    /newsletters\[0\]\.weekly is "nowhere", which is no other newsletter;/,
  );
});

test('whoever wants reports by mail names who gets them', () => {
  const [problem] = problemsOf(scheduled('cron: "0 7 * * *"', ',\n reportAfterHours: 24'));
  assert.match(problem ?? '', /newsletters\[0\]\.reportAfterHours is set, but no editor is named;/);
});

test('whoever asks for approval names who gives it', () => {
  const [problem] = problemsOf(scheduled('cron: "0 7 * * *"', ',\n approve: true'));
  assert.equal(
    problem,
    '5:11  newsletters[0].approve is true, but no editor is named; add editor, the address that editions are mailed to',
  );
  const named = ', approve: true, editor: ed@example.org';
  assert.deepEqual(problemsOf(scheduled('cron: "0 7 * * *"', named)), []);
});

test('where alerts go may be said by the environment, which nobody commits', () => {
  const url = 'https://alerts.example/hook?key=of-the-house';
  const { alerts } = load(`${LEAST}alerts: {url: "https://other.example/", command: "true"}\n`, {
    BROADSHEET_ALERT_URL: url,
    BROADSHEET_HEARTBEAT_URL: `${url}&beat`,
  });
  assert.deepEqual(alerts, { command: 'true', url, heartbeatUrl: `${url}&beat` });
  assert.throws(
    () => load(LEAST, { BROADSHEET_ALERT_URL: 'hunter2' }),
    (error) => error instanceof BroadsheetError && !error.message.includes('hunter2'),
  );
});

test('another posts folder is remembered beside its own feeds', () => {
  const config = overrideFolders(load(LEAST), { posts: '/srv/blog/_posts', out: '/srv/out' });
  assert.equal(config.folders.posts, '/srv/blog/_posts');
  assert.equal(config.folders.siteRoot, '/srv/blog');
  assert.equal(config.publishedFile, '/srv/out/.published-posts.jsonl');
  const same = overrideFolders(load(LEAST), { out: '/srv/out' });
  assert.equal(same.publishedFile, load(LEAST).publishedFile);
});
