import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GateCheck } from '../../../src/delivery/gate/finding.ts';
import { type GateFacts, inspectMessage } from '../../../src/delivery/gate/inspect-message.ts';
import { readMail } from '../../../src/delivery/gate/read-mail.ts';
import { sampleMessage } from '../../../src/delivery/message/sample-message.ts';
import { renderDigest } from '../../../src/editions/digest/render-digest.ts';
import { type Edition, PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { stoppedClock } from '../../../src/kernel/clock.ts';
import { MAIL_CLIENT_IDS } from '../../../src/settings/mail-clients.ts';
import { MORNING } from '../../editions/morning.ts';
import { digestInput, newsletter } from '../../editions/samples.ts';
import { DEFAULTS } from '../../support/default-settings.ts';

const CONFIG = {
  publicUrl: 'https://harbour.example/',
  serviceUrl: 'https://news.harbour.example/',
  secrets: ['a secret of a test, long enough'],
  dkim: [],
};
const FACTS: GateFacts = {
  clients: DEFAULTS.gate.clients,
  ownHosts: new Set(['harbour.example', 'news.harbour.example', 'localhost:8080']),
  answers: [],
};
const clock = stoppedClock(Temporal.Instant.from('2026-03-20T07:00Z'));

const PICTURE =
  '<img src="https://harbour.example/wall.jpg" alt="The wall" width="544" height="306">';
const LEAVE = `<a href="${PLACEHOLDERS.unsubscribeUrl}">Unsubscribe</a>`;

const GOOD: Edition = {
  id: 'politics-essential-2026-03-20',
  newsletter: 'politics-essential',
  day: '2026-03-20',
  subject: 'The harbour wall stands',
  preheader: '',
  html: page(PICTURE),
  text: `The wall stands, and nobody paid for it.\n\nUnsubscribe:\n${PLACEHOLDERS.unsubscribeUrl}\n`,
  posts: [],
  composedAt: '2026-03-20T07:00:00.000Z',
};

function page(body: string, { style = '', leave = LEAVE } = {}): string {
  return `<!doctype html><html lang="en"><head><title>x</title><style>${style}</style></head><body style="background:#ffffff;color:#222222"><p>The wall stands.</p>${body}${leave}</body></html>`;
}

async function inspect(
  edition: Partial<Edition>,
  {
    facts = {},
    change = (text: string) => text,
  }: { facts?: Partial<GateFacts>; change?: (text: string) => string } = {},
) {
  const { message } = await sampleMessage({ config: CONFIG, clock }, newsletter(), {
    ...GOOD,
    ...edition,
  });
  const mail = await readMail(Buffer.from(change(message.bytes.toString('latin1')), 'latin1'));
  return inspectMessage(mail, { ...FACTS, ...facts });
}

test('a good edition has no finding, and neither has a digest of our own template in any mail program', async () => {
  assert.deepEqual(await inspect({}), []);
  const digest = await renderDigest(digestInput(MORNING, { shown: 5 }));
  assert.deepEqual(await inspect(digest, { facts: { clients: MAIL_CLIENT_IDS } }), []);
});

/** What is wrong, the check that finds exactly this, and words of its fact. */
const BAD: readonly (readonly [
  what: string,
  check: GateCheck,
  level: 'error' | 'warning',
  fact: RegExp,
  edition: Partial<Edition>,
  options?: Parameters<typeof inspect>[1],
])[] = [
  [
    'HTML that Gmail cuts off',
    'size',
    'error',
    /takes 1\d\d KB/,
    { html: page(`<p>${'word '.repeat(21_000)}</p>`) },
  ],
  [
    'a message that is too large',
    'size',
    'warning',
    /message takes 6\d\d KB/,
    { text: `${GOOD.text}${'word '.repeat(120_000)}` },
  ],
  ['an empty subject', 'subject', 'error', /is empty/, { subject: ' ' }],
  [
    'a long subject',
    'subject',
    'warning',
    /200 characters/,
    { subject: 'wall '.repeat(40).trim().padEnd(200, '!') },
  ],
  [
    'text of nothing but links',
    'text',
    'error',
    /but links/,
    {
      text: `${PLACEHOLDERS.unsubscribeUrl}\nhttps://harbour.example/the-wall-stands-and-nobody-paid\n`,
    },
  ],
  [
    'no link to leave in the HTML',
    'unsubscribe',
    'error',
    /^the HTML \(digest.mjml\) has no link/,
    { html: page('', { leave: '' }) },
  ],
  [
    'a link to leave that nobody sees',
    'unsubscribe',
    'error',
    /readers see/,
    { html: page('', { leave: `<div style="display:none">${LEAVE}</div>` }) },
  ],
  [
    'no link to leave in the text',
    'unsubscribe',
    'error',
    /^the text/,
    { text: 'The wall stands, and nobody paid for it.' },
  ],
  [
    'only the link to the weekly sister in the text',
    'unsubscribe',
    'error',
    /^the text/,
    { text: `The wall stands, and nobody paid for it.\n${PLACEHOLDERS.unsubscribeUrl}/weekly\n` },
  ],
  [
    'no List-Unsubscribe',
    'unsubscribe',
    'error',
    /no List-Unsubscribe/,
    {},
    { change: (text) => text.replace(/^List-Unsubscribe: .*\r\n(?: .*\r\n)*/m, '') },
  ],
  [
    'no way to leave with one click',
    'unsubscribe',
    'error',
    /one click/,
    {},
    { change: (text) => text.replace(/^List-Unsubscribe-Post: .*\r\n/m, '') },
  ],
  [
    'a header twice',
    'headers',
    'error',
    /Date is there 2 times/,
    {},
    { change: (text) => text.replace(/^Date: .*\r\n/m, '$&$&') },
  ],
  [
    'no Message-ID',
    'headers',
    'error',
    /no Message-ID/,
    {},
    { change: (text) => text.replace(/^Message-ID: .*\r\n/m, '') },
  ],
  [
    'a line that is too long',
    'headers',
    'error',
    /998 bytes/,
    {},
    { change: (text) => text.replace(/^Precedence: /m, `X-Long: ${'x'.repeat(1000)}\r\n$&`) },
  ],
  [
    'a byte that is not ASCII',
    'headers',
    'error',
    /ASCII/,
    {},
    { change: (text) => text.replace(/^Precedence: /m, 'X-Eight: \u00e9\r\n$&') },
  ],
  [
    'Liquid that nobody filled in',
    'placeholders',
    'error',
    /\{\{ reader.name \}\}/,
    { html: page('<p>Dear {{ reader.name }}</p>') },
  ],
  [
    'a merge tag of another program',
    'placeholders',
    'error',
    /\*\|FNAME\|\*/,
    { text: `Dear *|FNAME|*,\n${GOOD.text}` },
  ],
  [
    'a mark of our own',
    'placeholders',
    'error',
    /slot\.invalid/,
    { html: page('<p>SLOT.invalid and slot.invalid</p>') },
  ],
  [
    'a link without a host',
    'links',
    'error',
    /"\/wall\/"/,
    { html: page('<a href="/wall/">Wall</a>') },
  ],
  [
    'a link to a place in the mail',
    'links',
    'error',
    /"#top"/,
    { html: page('<a href="#top">Top</a>') },
  ],
  ['a link without an address', 'links', 'error', /""/, { html: page('<a href="">Top</a>') }],
  [
    'a link that runs a script',
    'links',
    'error',
    /javascript/,
    { html: page('<a href="javascript:alert(1)">Top</a>') },
  ],
  [
    'a link to this machine',
    'links',
    'warning',
    /localhost:4000/,
    { html: page('<a href="http://localhost:4000/">Wall</a>') },
  ],
  [
    'a link to a network at home',
    'links',
    'warning',
    /192\.168/,
    { html: page('<a href="http://192.168.1.1/">Wall</a>') },
  ],
  [
    'a link to an example',
    'links',
    'warning',
    /example\.com/,
    { html: page('<a href="https://www.example.com/">Wall</a>') },
  ],
  [
    'a page that is gone',
    'links',
    'error',
    /answers 404/,
    { html: page('<a href="https://harbour.example/x/">Wall</a>') },
    {
      facts: {
        answers: [{ url: 'https://harbour.example/x/', kind: 'gone', fact: 'answers 404' }],
      },
    },
  ],
  [
    'a page whose server is away',
    'links',
    'warning',
    /cannot be reached/,
    { html: page('<a href="https://harbour.example/x/">Wall</a>') },
    {
      facts: {
        answers: [{ url: 'https://harbour.example/x/', kind: 'away', fact: 'cannot be reached' }],
      },
    },
  ],
  [
    'a picture that is gone',
    'pictures',
    'error',
    /answers 410/,
    {},
    {
      facts: {
        answers: [{ url: 'https://harbour.example/wall.jpg', kind: 'gone', fact: 'answers 410' }],
      },
    },
  ],
  [
    'a picture without an address',
    'pictures',
    'error',
    /not at https/,
    { html: page('<img alt="" width="1">') },
  ],
  [
    'a picture at http',
    'pictures',
    'error',
    /not at https/,
    { html: page('<img src="http://elsewhere.net/wall.jpg" alt="" width="9">') },
  ],
  [
    'a picture inside the mail',
    'pictures',
    'error',
    /not at https/,
    { html: page('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="" width="1">') },
  ],
  [
    'an SVG',
    'pictures',
    'error',
    /format/,
    { html: page('<img src="https://harbour.example/logo.svg?v=2" alt="" width="1">') },
  ],
  [
    'a picture without alt text',
    'pictures',
    'error',
    /alt text/,
    { html: page('<img src="https://harbour.example/wall.jpg" width="1">') },
  ],
  [
    'a picture without a width',
    'pictures',
    'warning',
    /no width/,
    { html: page('<img src="https://harbour.example/wall.jpg" alt="">') },
  ],
  [
    'text that nobody can read',
    'contrast',
    'error',
    /"Grey" has #cccccc on #ffffff, a contrast of 1\.6, in both modes/,
    { html: page('<p style="color:#ccc">Grey</p>') },
  ],
  [
    'text that is hard to read',
    'contrast',
    'warning',
    /#888888 on #ffffff, a contrast of 3\.5/,
    { html: page('<p style="color:#888">Grey</p>') },
  ],
  [
    'text on a dark cell of a table',
    'contrast',
    'error',
    /#222222 on #003300/,
    { html: page('<table bgcolor="#003300"><tr><td>Wall</td></tr></table>') },
  ],
  [
    'see-through text',
    'contrast',
    'error',
    /contrast of 2\.\d/,
    { html: page('<p style="color:rgba(0, 0, 0, .35)">Grey</p>') },
    { facts: { clients: [] } },
  ],
  [
    'a dark mode that only turns the ground',
    'contrast',
    'error',
    /#222222 on #000000.*in dark mode/,
    {
      html: page('', {
        style:
          '@media (prefers-color-scheme: dark) { body { background: #000 !important } a { color: #9e9eff } }',
      }),
    },
  ],
  [
    'CSS that Outlook lacks',
    'support',
    'warning',
    /^Outlook for Windows does not support display:flex/,
    { html: page('<div style="display:flex">x</div>') },
  ],
  [
    'HTML that nobody supports',
    'support',
    'warning',
    /Gmail.*<video>/,
    { html: page('<video></video>') },
  ],
  [
    'CSS that is none',
    'support',
    'warning',
    /not valid CSS/,
    { html: page('<p style="color:#222;}">x</p>') },
  ],
  [
    'spam',
    'spam',
    'error',
    /6\.1 points, and 5 are spam: BAYES_99, HTML_X/,
    {},
    { facts: { spam: { score: 6.1, required: 5, rules: ['BAYES_99', 'HTML_X'] } } },
  ],
  [
    'what is nearly spam',
    'spam',
    'warning',
    /3\.2 points/,
    {},
    { facts: { spam: { score: 3.2, required: 5, rules: [] } } },
  ],
];

for (const [what, check, level, fact, edition, options] of BAD) {
  test(`the gate finds ${what}, and nothing else`, async () => {
    const findings = await inspect(edition, options);
    assert.deepEqual(
      findings.map((finding) => [finding.check, finding.level]),
      [[check, level]],
      JSON.stringify(findings),
    );
    assert.match(findings[0]?.fact ?? '', fact);
  });
}

/** What looks wrong, and is right. */
const FINE: readonly (readonly [what: string, edition: Partial<Edition>])[] = [
  [
    'Liquid that an author quotes as code',
    {
      html: page('<p>Write <code>{{ page.title }}</code>.</p>'),
      text: `Write \`{{ page.title }}\`.\n${GOOD.text}`,
    },
  ],
  ['large text with less contrast', { html: page('<h1 style="color:#888">Wall</h1>') }],
  ['hidden text in pale grey', { html: page('<div style="display:none;color:#eee">Wall</div>') }],
  [
    'white text on a dark cell',
    { html: page('<table bgcolor="#003300"><tr><td style="color:white">Wall</td></tr></table>') },
  ],
  [
    'text over a picture without a colour',
    {
      html: page(
        '<div style="background:url(https://harbour.example/a.png)"><p style="color:#fff">Wall</p></div>',
      ),
    },
  ],
  [
    'a rule that outranks a style',
    {
      html: page('<p class="pale" style="color:#eee">Wall</p>', {
        style: '.pale { color: #222 !important }',
      }),
    },
  ],
  [
    'a rule for small screens',
    {
      html: page('<div class="row">x</div>', {
        style: '@media (max-width: 480px) { .row { display: grid; color: #eee } }',
      }),
    },
  ],
  [
    'mail and telephone links',
    {
      html: page('<a href="mailto:desk@harbour.example">Mail</a> <a href="tel:+44123456">Call</a>'),
    },
  ],
  [
    'the site on this machine, for a trial',
    {
      html: page(
        '<a href="http://localhost:8080/">Site</a><img src="http://localhost:8080/a.png" alt="" width="9">',
      ),
    },
  ],
];

for (const [what, edition] of FINE) {
  test(`the gate has nothing against ${what}`, async () => {
    assert.deepEqual(await inspect(edition, { facts: { clients: [] } }), []);
  });
}

test('a message without a text part, or without HTML, fails', async () => {
  for (const [part, words] of [
    ['text', /no text part/],
    ['html', /no HTML part/],
  ] as const) {
    const findings = await inspect({ [part]: '' });
    assert.ok(findings.some(({ check, fact }) => check === 'text' && words.test(fact)));
  }
});
