import assert from 'node:assert/strict';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { PROVIDERS } from '../../src/subscribers/import/import-providers.ts';
import { test } from '../support/databases.ts';
import { everyone, importText, statuses } from '../support/people.ts';
import { openTestSite } from '../support/test-site.ts';

// The header rows are those of the programs' own exports; the people are invented.

const MAILCHIMP =
  '"Email Address","First Name","Last Name",Address,State,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS';

test('an export of Mailchimp keeps when people agreed, and a hash of the IP address', async (t) => {
  const testSite = await openTestSite(t);
  const report = await importText(
    testSite,
    `${MAILCHIMP}\n` +
      'ada@example.org,Ada,Quill,"1 Quay St, Harbour",OR,2,"2019-03-14 09:12:31",192.0.2.7,"2019-03-14 09:14:00",192.0.2.8,,,,,,,,"2024-01-01 00:00:00",1,a,"a note\nof two lines","""VIP"""\n' +
      'bob@example.org,Bob,,,,2,,,"2018-01-02 03:04:05",,,,,,,,,"2024-01-01 00:00:00",2,b,,\n',
    { source: 'lists/subscribed_members_export_1.csv' },
  );
  assert.deepEqual([report.provider, report.added, report.refused], ['Mailchimp', 2, 0]);
  const [ada, bob] = await everyone(testSite);
  assert.equal(ada?.name, 'Ada Quill');
  const { ipHash, ...consent } = ada?.consent ?? {};
  assert.deepEqual(consent, {
    at: '2019-03-14T09:12:31.000Z',
    source: 'import lists/subscribed_members_export_1.csv (Mailchimp)',
    text: undefined,
    confirmedAt: '2019-03-14T09:14:00.000Z',
  });
  assert.match(ipHash ?? '', /^[\w-]{43}$/);
  assert.equal(bob?.consent.at, '2018-01-02T03:04:05.000Z');
  assert.equal(bob?.consent.confirmedAt, undefined);
});

test('Mailchimp’s files of people who left keep them away, with the time when they left', async (t) => {
  const testSite = await openTestSite(t);
  await importText(
    testSite,
    `${MAILCHIMP.replace(',LEID', ',UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID')}\n` +
      `ada@example.org,,,,,2,${','.repeat(12)}"2020-05-05 10:00:00","Issue 5",x,NORMAL,,1,a,,\n` +
      `bob@example.org,,,,,2,${','.repeat(12)}"2020-05-06 10:00:00","Issue 5",x,"SPAM",,2,b,,\n`,
    { source: 'unsubscribed_members_export_1.csv' },
  );
  await importText(
    testSite,
    `${MAILCHIMP.replace(',LEID', ',CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID')}\n` +
      `cyd@example.org,,,,,2,${','.repeat(12)}"2020-05-07 10:00:00","Issue 5",x,3,c,,\n` +
      `dee@example.org,,,,,2,${','.repeat(12)},,,4,d,,\n`,
    { source: 'cleaned_members_export_1.csv' },
  );
  const people = await everyone(testSite);
  assert.deepEqual(
    people.map(({ address, status, changedAt }) => [address, status, changedAt]),
    [
      ['ada@example.org', 'unsubscribed', '2020-05-05T10:00:00.000Z'],
      ['bob@example.org', 'complained', '2020-05-06T10:00:00.000Z'],
      ['cyd@example.org', 'bounced', '2020-05-07T10:00:00.000Z'],
      // By the name of the file.
      ['dee@example.org', 'bounced', '2026-03-20T07:00:00.000Z'],
    ],
  );
});

test('Mailchimp’s file of people who never subscribed is refused', async (t) => {
  const testSite = await openTestSite(t);
  const text = `${MAILCHIMP}\nada@example.org,,,,,2,,,,,,,,,,,,,1,a,,\n`;
  await assert.rejects(
    importText(testSite, text, { source: 'nonsubscribed_members_export_1.csv' }),
    (error) =>
      error instanceof BroadsheetError &&
      error.exitCode === EXIT.data &&
      /leave it out/.test(error.message),
  );
  assert.deepEqual(await everyone(testSite), []);
});

interface Sample {
  readonly provider: string;
  readonly text: string;
  readonly statuses: Readonly<Record<string, string>>;
  /** When the first of them agreed; undefined: unknown. */
  readonly agreed?: string;
}

const SAMPLES: readonly Sample[] = [
  {
    provider: 'Ghost',
    text: `id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
m1,ada@example.org,Ada,,true,,,2022-01-15T10:00:00.000Z,,,
m2,bob@example.org,Bob,"said ""hi""",false,,,2022-01-16T10:00:00.000Z,,friend,
m3,cyd@example.org,,,true,true,cus_1,2022-01-17T10:00:00.000Z,2023-01-01T00:00:00.000Z,,Gold
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed' },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'listmonk',
    text: `uuid,email,name,attributes,status,created_at,updated_at
0b6a,ada@example.org,Ada,"{""city"": ""Harbour""}",enabled,2022-01-15 10:00:00.123456 +0200 CEST,2022-01-15 10:00:00.123456 +0200 CEST
0b6b,bob@example.org,Bob,{},disabled,2022-01-15 10:00:00.5 +0000 UTC,2022-01-15 10:00:00.5 +0000 UTC
0b6c,cyd@example.org,Cyd,{},blocklisted,2022-01-15 10:00:00 +0000 UTC,2022-01-15 10:00:00 +0000 UTC
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed' },
    agreed: '2022-01-15T08:00:00.123Z',
  },
  {
    provider: 'Substack',
    text: `email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
ada@example.org,false,,other,false,2022-01-15T10:00:00.000Z,
bob@example.org,true,2027-01-01T00:00:00.000Z,yearly,false,2022-01-16,2022-01-16
cyd@example.org,true,2027-01-01T00:00:00.000Z,yearly,true,2022-01-17,2022-01-17
`,
    statuses: { ada: 'active', bob: 'active', cyd: 'unsubscribed' },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'Buttondown',
    text: `email_address,notes,metadata,tags,referrer_url,creation_date,secondary_id,subscriber_type,source,unsubscription_date
ada@example.org,,{},,https://harbour.example/,2022-01-15T10:00:00.000000Z,1,regular,form,
bob@example.org,,{},,,2022-01-15T10:00:00Z,2,past_due,form,
cyd@example.org,,{},,,2022-01-15T10:00:00Z,3,unactivated,form,
dee@example.org,,{},,,2022-01-15T10:00:00Z,4,unsubscribed,form,2023-01-01T00:00:00Z
eve@example.org,,{},,,2022-01-15T10:00:00Z,5,undeliverable,form,
fay@example.org,,{},,,2022-01-15T10:00:00Z,6,complained,form,
gus@example.org,,{},,,2022-01-15T10:00:00Z,7,spammy,form,
`,
    statuses: {
      ...{ ada: 'active', bob: 'active', cyd: 'pending', dee: 'unsubscribed' },
      ...{ eve: 'bounced', fay: 'complained', gus: 'unsubscribed' },
    },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'Kit',
    text: `first_name,email_address,state,created_at,tags
Ada,ada@example.org,active,2022-01-15T10:00:00Z,"one, two"
Bob,bob@example.org,inactive,2022-01-15T10:00:00Z,
Cyd,cyd@example.org,cancelled,2022-01-15T10:00:00Z,
Dee,dee@example.org,bounced,2022-01-15T10:00:00Z,
Eve,eve@example.org,complained,2022-01-15T10:00:00Z,
`,
    statuses: {
      ...{ ada: 'active', bob: 'pending', cyd: 'unsubscribed' },
      ...{ dee: 'bounced', eve: 'complained' },
    },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'Klaviyo',
    text: `Email,Klaviyo ID,First Name,Last Name,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions,Email Suppressions Timestamp,SMS Marketing Consent
ada@example.org,01H,Ada,Quill,SUBSCRIBED,2022-01-15T10:00:00Z,,,UNSUBSCRIBED
bob@example.org,01J,Bob,,UNSUBSCRIBED,2023-03-01 08:00:00,UNSUBSCRIBE,2023-03-01 08:00:00,
cyd@example.org,01K,Cyd,,NEVER_SUBSCRIBED,,,,SUBSCRIBED
dee@example.org,01L,Dee,,SUBSCRIBED,2022-01-15 10:00:00,HARD_BOUNCE,2023-05-01 10:00:00,
eve@example.org,01M,Eve,,SUBSCRIBED,2022-01-15 10:00:00,"UNSUBSCRIBE, SPAM_COMPLAINT",2023-05-01 10:00:00,
fay@example.org,01N,Fay,,,,,,
`,
    statuses: {
      ...{ ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed', dee: 'bounced' },
      ...{ eve: 'complained', fay: 'unsubscribed' },
    },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'Constant Contact',
    text: `Email address,First name,Last name,Email status,Email permission status,Email update source,Confirmed Opt-Out Date,Confirmed Opt-Out Source,Confirmed Opt-Out Reason,Created At
ada@example.org,Ada,Quill,Active,Express,Contact,,,,2022-01-15 10:00:00
bob@example.org,Bob,,Unsubscribed,Unsubscribed,Contact,2023-02-01 10:00:00,Contact,"Too many, sorry",2022-01-15 10:00:00
cyd@example.org,Cyd,,Active,Not set,Account,,,,2022-01-15 10:00:00
dee@example.org,Dee,,Awaiting confirmation,Pending confirmation,Contact,,,,2022-01-15 10:00:00
eve@example.org,Eve,,Active,Express,Contact,,Account,,2022-01-15 10:00:00
`,
    statuses: {
      ...{ ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed' },
      ...{ dee: 'pending', eve: 'unsubscribed' },
    },
  },
  {
    provider: 'Substack',
    text: `Email,Name,Subscription type,Activity,Subscription date,Revenue,Subscriber country,Email receives (last 6 months),Emails opened (last 6 months),Expires at,Subscription source (free),Days active (last 30 days),Cancel date,Receiving emails for
ada@example.org,Ada,Free,4,2022-01-15,$0,NO,70,61,,direct,9,,"The Quay, Ferry Notes"
bob@example.org,Bob,Monthly,0,2022-01-15,$40,NO,70,0,2023-01-01,direct,0,2022-12-01,
cyd@example.org,Cyd,Monthly,2,2022-01-15,$40,NO,70,9,2023-01-01,direct,1,2022-12-01,The Quay
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'active' },
    agreed: '2022-01-15T00:00:00.000Z',
  },
  {
    provider: 'phpList',
    text: `id,email,confirmed,blacklisted,optedin,bouncecount,entered,modified,uniqid,htmlemail,disabled
7,ada@example.org,1,0,1,2,2022-01-15 10:00:00,2022-01-15 10:00:00,f0,1,0
8,bob@example.org,0,0,0,0,2022-01-15 10:00:00,2022-01-15 10:00:00,f1,1,0
9,cyd@example.org,1,1,1,0,2022-01-15 10:00:00,2022-01-15 10:00:00,f2,1,0
10,dee@example.org,1,0,1,0,2022-01-15 10:00:00,2022-01-15 10:00:00,f3,1,1
`,
    statuses: { ada: 'active', bob: 'pending', cyd: 'unsubscribed', dee: 'unsubscribed' },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'Mailjet',
    text: `email,name,is_unsubscribed,is_excluded,unsub_date
ada@example.org,Ada,false,false,
bob@example.org,Bob,true,false,2023-01-01
cyd@example.org,Cyd,false,true,
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed' },
  },
  {
    provider: 'Brevo',
    text: `CONTACT ID,EMAIL,FIRSTNAME,LASTNAME,DOUBLE_OPT-IN,OPT_IN,EMAIL_BLACKLIST_STATUS,ADDED_TIME
11,ada@example.org,Ada,Quill,Yes,Yes,No,15-01-2022
12,bob@example.org,Bob,,No,No,Yes,15-01-2022
13,cyd@example.org,Cyd,,No,Yes,No,15-01-2022
14,dee@example.org,Dee,,Yes,,No,15-01-2022
15,eve@example.org,Eve,,Yes,Yes,Yes,15-01-2022
`,
    statuses: {
      ...{ ada: 'active', bob: 'unsubscribed', cyd: 'pending', dee: 'active' },
      eve: 'unsubscribed',
    },
  },
  {
    provider: 'Keila',
    text: `Email,First name,Last name,Data,Status,External ID
ada@example.org,Ada,Quill,"{""boat"": ""Tern""}",active,
bob@example.org,Bob,,{},unsubscribed,x7
cyd@example.org,Cyd,,{},unreachable,
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'bounced' },
  },
  {
    provider: 'beehiiv',
    text: `email,status,utm_source,created_at,subscription_tier
ada@example.org,active,quay,2022-01-15T10:00:00Z,free
bob@example.org,inactive,quay,2022-01-15T10:00:00Z,premium
cyd@example.org,invalid,,2022-01-15T10:00:00Z,free
dee@example.org,validating,,2022-01-15T10:00:00Z,free
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'bounced', dee: 'pending' },
    agreed: '2022-01-15T10:00:00.000Z',
  },
  {
    provider: 'Sendy',
    text: `Name,Email,Status,Last activity
Ada,ada@example.org,Subscribed,today
Bob,bob@example.org,Unsubscribed,
Cyd,cyd@example.org,Marked as spam,
Dee,dee@example.org,Bounced,
Eve,eve@example.org,Soft bounced,
Fay,fay@example.org,Unconfirmed,
`,
    statuses: {
      ...{ ada: 'active', bob: 'unsubscribed', cyd: 'complained' },
      ...{ dee: 'bounced', eve: 'bounced', fay: 'pending' },
    },
  },
  {
    provider: 'Campaign Monitor',
    text: `Email address,Name,State,Date subscribed
ada@example.org,Ada,Active,2022-01-15
bob@example.org,Bob,Unsubscribed,2022-01-15
cyd@example.org,Cyd,Deleted,2022-01-15
dee@example.org,Dee,Unconfirmed,2022-01-15
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed', dee: 'pending' },
    agreed: '2022-01-15T00:00:00.000Z',
  },
  {
    provider: 'Shopify',
    text: `First Name,Last Name,Email,Accepts Email Marketing,Phone,Accepts SMS Marketing,Total Spent,Tags
Ada,Quill,ada@example.org,yes,,no,4.00,regular
Bob,,bob@example.org,no,,yes,0.00,
Cyd,,cyd@example.org,,,no,0.00,
`,
    statuses: { ada: 'active', bob: 'unsubscribed', cyd: 'unsubscribed' },
  },
  {
    provider: 'Google Contacts',
    text: `First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value
Ada,Quill,* myContacts,Home,ada@example.org
`,
    statuses: { ada: 'active' },
  },
];

for (const [at, sample] of SAMPLES.entries()) {
  test(`an export of ${sample.provider} (${at + 1}) is recognised by its columns, in any format of a spreadsheet`, async (t) => {
    const forms = [
      sample.text,
      `\uFEFF${sample.text.replaceAll('\n', '\r\n')}`,
      Buffer.from(`\uFEFF${sample.text}`, 'utf16le'),
      // Quoted cells keep their commas.
      sample.text.replace(/,(?=(?:[^"\n]*"[^"\n]*")*[^"\n]*$)/gm, ';'),
      sample.text.replace(/^.*/, (header) => header.toUpperCase().replaceAll('_', ' ')),
    ];
    for (const text of forms) {
      const testSite = await openTestSite(t);
      const report = await importText(testSite, text);
      assert.deepEqual([report.provider, report.refusedLines], [sample.provider, []]);
      const found = Object.entries(await statuses(testSite));
      assert.deepEqual(
        Object.fromEntries(found.map(([address, status]) => [address.split('@')[0], status])),
        sample.statuses,
      );
      const [ada] = await everyone(testSite);
      assert.equal(ada?.consent.at, sample.agreed ?? '2026-03-20T07:00:00.000Z');
      assert.equal(ada?.consent.source, `import people.csv (${sample.provider})`);
    }
  });
}

test('every known provider has a sample here', () => {
  // Mailchimp's are above, ours in `export-subscribers.test.ts`.
  const tested = new Set(['Mailchimp', 'Broadsheet', ...SAMPLES.map(({ provider }) => provider)]);
  assert.deepEqual(
    PROVIDERS.filter(({ name }) => !tested.has(name)).map(({ name }) => name),
    [],
  );
});

test('a file of no known provider is read by the names of its columns', async (t) => {
  const testSite = await openTestSite(t);
  const report = await importText(testSite, 'E-Mail;Full name;Status\nada@example.org;Ada;yes\n');
  assert.deepEqual([report.provider, report.added], [undefined, 1]);
});

test('the audience’s own columns in a file of Mailchimp are read as in any file', async (t) => {
  const testSite = await openTestSite(t);
  const own = `${MAILCHIMP.replace(',Address', ',"Newsletter Consent",Address')}\n`;
  const report = await importText(testSite, `${own}ada@example.org,,,no,,,2,,,,,,,,,,,,,1,a,,\n`);
  assert.deepEqual([report.provider, report.left], ['Mailchimp', 1]);
});

test('an impossible time of consent is ignored: no day of the calendar, or in the future', async (t) => {
  const testSite = await openTestSite(t);
  const header = 'first_name,email_address,state,created_at';
  for (const time of ['2023-02-30', '2999-01-01T00:00:00Z', 'yesterday', '15/01/2022', '']) {
    await importText(testSite, `${header}\nAda,ada@example.org,active,${time}\n`);
    const [ada] = await everyone(testSite);
    assert.equal(ada?.consent.at, '2026-03-20T07:00:00.000Z', time);
    await testSite.deps.store.db.deleteFrom('subscribers').execute();
  }
});
