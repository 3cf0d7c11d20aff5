import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../../src/kernel/errors.ts';
import { everyone, importText, statuses } from '../support/people.ts';
import { explained } from '../support/stores.ts';
import { openTestSite } from '../support/test-site.ts';

/** The status of the one person whose cell in `column` is `cell`; the reason where it is refused. */
async function readCell(
  testSite: Awaited<ReturnType<typeof openTestSite>>,
  column: string,
  cell: string,
): Promise<string | undefined> {
  const report = await importText(
    testSite,
    `email,${column}\nada@example.org,"${cell.replaceAll('"', '""')}"\n`,
  );
  const found = (await statuses(testSite))['ada@example.org'];
  await testSite.deps.store.db.deleteFrom('subscribers').execute();
  return found ?? report.refusedLines[0]?.reason;
}

const ANSWERS: readonly (readonly [column: string, cells: string, status: string | RegExp])[] = [
  ['marketing_consent', 'yes|TRUE|1|1.0|x|✓|Ja|oui|Sí|si|tak|نعم|granted|Opted in', 'active'],
  ['marketing_consent', '2024-05-01|05/01/2024|1.5.2024|May 1, 2024 10:00 AM|1714557600', 'active'],
  ['marketing_consent', 'no|FALSE|0||-|N/A|null|Nein|non|Não|nie|لا|0000-00-00', 'unsubscribed'],
  [
    'marketing_consent',
    'NEVER_SUBSCRIBED|not subscribed|No permission|Not set|denied|withdrawn|transactional only|Opted out|nicht erteilt|left 2024-05-01',
    'unsubscribed',
  ],
  ['marketing_consent', 'pending|Awaiting confirmation|Unconfirmed|nicht bestätigt', 'pending'],
  [
    'marketing_consent',
    'Implied|unknown|maybe|legitimate interest|2|see notes|Not specified',
    /in the column "marketing_consent", which is not understood; .*--value "/,
  ],
  ['Status', 'Active|subscribed|Aktiv|abonné|suscrito|iscritto|نشط|yes', 'active'],
  [
    'Status',
    'Unsubscribed|inactive|Suppressed|Deleted|Désabonnée|abgemeldet|Baja|wypisany|ملغى|غير مشترك|no',
    'unsubscribed',
  ],
  ['Status', 'Bounced|cleaned|hard bounce|invalid|unreachable', 'bounced'],
  ['Status', 'Spam complaint|MARKED_AS_SPAM|complained', 'complained'],
  ['Status', 'asleep|cold|Implied|2024-05-01', /in the column "Status", which is not understood/],
  ['Status', '', /says nothing in the column "Status".*--ignore-column "Status"/],
  ['opt_out', 'yes|true|1|x|✓|ja|نعم|2024-05-01|Unsubscribed', 'unsubscribed'],
  ['opt_out', 'no|false|0||nein|NULL|active|0000-00-00 00:00:00', 'active'],
  ['opt_out', 'weekly|7', /in the column "opt_out", which is not understood/],
  ['Bounced', 'yes|2024-05-01|hard', 'bounced'],
  ['Bounced', '4|soft', /in the column "Bounced", which is not understood/],
  ['Complained', 'true', 'complained'],
  ['Confirmed', 'yes|2024-05-01', 'active'],
  ['Confirmed', 'no|', 'pending'],
  ['Suppression reason', 'Asked us to stop|USER_REQUEST', 'unsubscribed'],
  ['Suppression reason', 'HARD_BOUNCE', 'bounced'],
  ['Suppression reason', '|none', 'active'],
  ['Opt-in date', '2024-05-01|5/1/24', 'active'],
  ['Opt-in date', 'no', 'unsubscribed'],
  ['Opt-in date', '', /says nothing in the column "Opt-in date"/],
  ['Opt-in date', 'on a slip of paper', /in the column "Opt-in date", which is not understood/],
  ['Opt-in IP', '192.0.2.9', 'active'],
  ['Opt-in IP', '', /says nothing in the column "Opt-in IP"/],
  ['Newsletter', 'x|Ja|politics-essential', 'active'],
  ['Newsletter', 'nein', 'unsubscribed'],
  ['Newsletter', '', /says nothing in the column "Newsletter"/],
  ['Newsletter', 'Another One', /is of the newsletter "Another One"; import it there/],
  ['Politics Essential', 'yes', 'active'],
  ['Politics Essential', 'no', 'unsubscribed'],
  ['Tags', 'vip, Unsubscribed|Opt-out', 'unsubscribed'],
  ['Tags', 'vip, harbour|', 'active'],
  ['Notes', 'met at the fair|Bar|left', 'active'],
  ['Notes', 'Unsubscribed|abgemeldet|opted_out', /which is not used; .*--column "Notes=status"/],
];

test('a cell about consent is read in several languages, and refused if it is unclear', async (t) => {
  const testSite = await openTestSite(t);
  for (const [column, cells, expected] of ANSWERS) {
    for (const cell of cells.split('|')) {
      const found = await readCell(testSite, column, cell);
      if (typeof expected === 'string') assert.equal(found, expected, `${column}: ${cell}`);
      else assert.match(found ?? '', expected, `${column}: ${cell}`);
    }
  }
});

test('of several columns about one person the strictest counts', async (t) => {
  const testSite = await openTestSite(t);
  const text = `email,status,confirmed,unsubscribed_at,bounced,complained
a@example.org,subscribed,yes,,0,0
b@example.org,subscribed,no,,0,0
c@example.org,subscribed,yes,2024-01-01,0,0
d@example.org,subscribed,no,2024-01-01,1,0
e@example.org,subscribed,yes,2024-01-01,1,1
f@example.org,unsubscribed,yes,,0,0
g@example.org,what?,yes,2024-01-01,0,0
`;
  const report = await importText(testSite, text);
  assert.deepEqual(report.refusedLines, []);
  assert.deepEqual(Object.values(await statuses(testSite)), [
    ...['active', 'pending', 'unsubscribed', 'bounced', 'complained', 'unsubscribed'],
    'unsubscribed',
  ]);
  const people = await everyone(testSite);
  assert.equal(people[2]?.changedAt, '2024-01-01T00:00:00.000Z');
});

test('of several lines about one person the strictest departure counts, in any order', async (t) => {
  const orders = ['unsubscribed bounced complained', 'complained bounced unsubscribed'];
  for (const order of [...orders, 'bounced complained unsubscribed', 'active complained bounced']) {
    const testSite = await openTestSite(t);
    const lines = order.split(' ').map((status) => `ada@example.org,${status}`);
    await importText(testSite, `email,status\n${lines.join('\n')}\n`);
    assert.deepEqual(await statuses(testSite), { 'ada@example.org': 'complained' }, order);
  }
});

test('two columns with the same name are both read', async (t) => {
  const testSite = await openTestSite(t);
  await importText(testSite, 'Email,Status,Status\nada@example.org,Active,Unsubscribed\n');
  assert.deepEqual(await statuses(testSite), { 'ada@example.org': 'unsubscribed' });
});

test('an unclear column that may be about consent stops the import until the user says what it means', async (t) => {
  const testSite = await openTestSite(t);
  const text = 'email,Email OK for us?,City\nada@example.org,yes,Bergen\nbob@example.org,no,Oslo\n';
  const header = text.replace('Email OK for us?', 'Weekly status');
  await assert.rejects(
    importText(testSite, header),
    explained(
      EXIT.data,
      /^people\.csv:1 {2}has a column that may say who left .*"Weekly status"; .*--column "Weekly status=MEANING".*--ignore-column "Weekly status"; nothing was stored$/,
    ),
  );
  const columns = new Map([['weekly STATUS', 'consent']] as const);
  const named = await importText(testSite, header, { columns, dryRun: true });
  assert.deepEqual(named.columns.used.at(-1), { name: 'Weekly status', as: 'consent' });
  assert.deepEqual([named.added, named.left], [1, 1]);
  const ignored = await importText(testSite, header, { ignoredColumns: ['Weekly status'] });
  assert.deepEqual(ignored.columns.unused, ['Weekly status', 'City']);
  assert.equal(ignored.added, 2);
});

test('unclear columns stop nothing if everyone in the file has left', async (t) => {
  const testSite = await openTestSite(t);
  const text = 'email,Weekly status\nada@example.org,what?\n';
  const report = await importText(testSite, text, { status: 'unsubscribed' });
  assert.equal(report.left, 1);
});

test('the user can say what an unclear word means', async (t) => {
  const testSite = await openTestSite(t);
  const text = 'email,permission\nada@example.org,Implied\nbob@example.org,Express\n';
  const refused = await importText(testSite, text);
  assert.match(refused.refusedLines[0]?.reason ?? '', /has "Implied" .*--value "Implied=STATUS"/);
  await importText(testSite, text, { values: new Map([['implied', 'pending']] as const) });
  assert.deepEqual(await statuses(testSite), {
    'ada@example.org': 'pending',
    'bob@example.org': 'active',
  });
});

test('a column that the file does not have is refused', async (t) => {
  const testSite = await openTestSite(t);
  await assert.rejects(
    importText(testSite, 'email,Ok\nada@example.org,x\n', { ignoredColumns: ['Okay'] }),
    explained(EXIT.usage, /^"Okay" is no column of the file .*it has "email", "Ok"$/),
  );
});

test('the user can name the address column', async (t) => {
  const testSite = await openTestSite(t);
  const text = 'Name,Where to\nAda,ada@example.org\n';
  await assert.rejects(
    importText(testSite, text),
    explained(EXIT.data, /:1 {2}has no column of addresses; .*--column "NAME=email"/),
  );
  const columns = new Map([['Where to', 'email']] as const);
  assert.equal((await importText(testSite, text, { columns })).added, 1);
});

test('a list of addresses with other text is refused, because nothing says what the text means', async (t) => {
  const testSite = await openTestSite(t);
  const report = await importText(testSite, 'ada@example.org,unsubscribed\nbob@example.org,\n');
  assert.match(report.refusedLines[0]?.reason ?? '', /no header row says what that is/);
  const shifted = await importText(testSite, 'email,opt_out\nada@example.org,Quill,yes\n');
  assert.match(shifted.refusedLines[0]?.reason ?? '', /more cells than the header has columns/);
});

test('a list of addresses whose file name says that they left is refused without a status', async (t) => {
  const testSite = await openTestSite(t);
  for (const source of ['lists/unsubscribed.txt', 'Abmeldungen 2024.csv', 'bounces.txt']) {
    await assert.rejects(
      importText(testSite, 'ada@example.org\n', { source }),
      explained(EXIT.data, /has a name like that of a list of people who left; .*--status/),
    );
  }
  const source = 'unsubscribed.txt';
  await importText(testSite, 'ada@example.org\n', { source, status: 'unsubscribed' });
  assert.deepEqual(await statuses(testSite), { 'ada@example.org': 'unsubscribed' });
});

test('the line of Excel that names the delimiter is not the header', async (t) => {
  const testSite = await openTestSite(t);
  const report = await importText(
    testSite,
    '\uFEFFsep=;\r\nE-Mail-Adresse;Name, Ort;Abgemeldet\r\nada@example.org;Ada, Bergen;ja\r\nnobody;;\r\n',
    { skipRefused: true },
  );
  assert.deepEqual([report.left, report.refusedLines[0]?.line], [1, 4]);
});

test('a file of another kind is refused with the name of its kind', async (t) => {
  const testSite = await openTestSite(t);
  const files: readonly (readonly [string | Buffer, RegExp])[] = [
    ['PK\x03\x04\x14\0\x06\0[Content_Types].xml', /is a workbook; open it and save/],
    ['PK\x03\x04\x14\0\0\0list.csv', /is a ZIP file or a workbook; unpack it/],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), /is an old workbook of Excel; open it and save/],
    [Buffer.from('1f8b0800', 'hex'), /is compressed by gzip; unpack it/],
    ['\uFEFF[{"email": "ada@example.org"}]', /is JSON; export the people as CSV/],
    ['BEGIN:VCARD\r\nEMAIL:ada@example.org\r\n', /has vCards; export the contacts as CSV/],
    ['<!doctype html><p>ada@example.org', /is HTML or XML/],
    ['%PDF-1.7', /is a PDF/],
    [Buffer.from('email\nada@example.org\n', 'utf16le'), /is UTF-16 without a byte order mark/],
  ];
  for (const [content, message] of files) {
    await assert.rejects(importText(testSite, content), explained(EXIT.data, message));
  }
  assert.deepEqual(await everyone(testSite), []);
});
