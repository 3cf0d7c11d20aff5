import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HtmlValidate } from 'html-validate';
import { renderDigest } from '../../../src/editions/digest/render-digest.ts';
import { PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { MORNING } from '../morning.ts';
import { digestInput, newsletter, templates } from '../samples.ts';
import { editionOf, morningEdition, PAGE_URL, pageOf, textsOf } from './samples.ts';

/** What the page of an older edition has in place of the mail's body. */
function mainOf(html: string): string {
  return /<main[^>]*>\n([\s\S]*)\n<\/main>/.exec(pageOf(editionOf(html)).html)?.[1] ?? '';
}

test('the page of an edition is valid HTML without a script, a style sheet in it or a placeholder', async () => {
  const { html, css } = pageOf(await morningEdition());
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended', 'html-validate:a11y'],
    rules: {
      'long-title': 'off',
      // The HTML is that of a mail as MJML writes it: tables, and styles in attributes.
      'no-deprecated-attr': 'off',
      'no-inline-style': 'off',
      'prefer-tbody': 'off',
      'presentation-role-style': 'off',
    },
  });
  const { results } = await validator.validateString(html);
  assert.deepEqual(
    results.flatMap(({ messages }) =>
      messages.map(({ line, message, ruleId }) => `${line}: ${message} (${ruleId})`),
    ),
    [],
  );
  assert.doesNotMatch(html, /<script|<style|<!--|\bon\w+=/);
  assert.doesNotMatch(html + css, /slot/i);
});

test('the head names the page, its feeds and its language', async () => {
  const { html } = pageOf(await morningEdition());
  assert.match(html, /^<!DOCTYPE html>\n<html lang="en-GB" dir="ltr">\n<head>/);
  assert.match(html, new RegExp(`<link rel="canonical" href="${PAGE_URL}">`));
  assert.match(html, /<link rel="alternate" type="application\/atom\+xml" title="Politics Essen/);
  assert.match(html, /<title>Council votes to keep [^<]*· Politics Essential<\/title>/);
  assert.match(html, /<meta name="color-scheme" content="light dark">/);
  assert.match(html, /<meta property="og:title" content="Council votes/);
  assert.match(
    html,
    /<meta property="og:image" content="https:\/\/harbour\.example\/assets\/images\/ferry\.jpg">/,
  );
  assert.doesNotMatch(html, /robots/);
});

test('the mail stays as it is: the same posts, by the same links', async () => {
  const edition = await morningEdition();
  const { html } = pageOf(edition);
  for (const { title, url } of edition.posts) {
    assert.ok(html.includes(`href="${url}"`), url);
    assert.ok(
      html.includes(title.replaceAll('&', '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')),
    );
  }
});

test('an archive that is not for search engines says so on every page', async () => {
  const settings = newsletter({ archive: 'noindex' });
  const { html } = pageOf(await morningEdition(), { newsletter: settings });
  assert.match(html, /<meta name="robots" content="noindex">/);
});

test('the page leads home, to the other editions, to the ones beside it, and to sign up', async () => {
  const { html } = pageOf(await morningEdition());
  for (const link of [
    '<a href="../../">The Harbour Broadsheet</a>',
    '<a href="../politics-essential/">All editions</a>',
    '<a href="../../subscribe/politics-essential/">Sign up</a>',
    '<span>Earlier</span><a href="../politics-essential-2026-03-19/" rel="prev" lang="en-GB" dir="ltr">Yesterday &amp; before</a>',
    '<span>Later</span><a href="../politics-essential-2026-03-21/" rel="next" lang="en-GB" dir="ltr">Tomorrow &lt;script&gt;</a>',
  ]) {
    assert.ok(html.includes(link), link);
  }
});

test('the words around an edition are in its language where there is one, and say theirs', () => {
  const edition = editionOf('<html><body><p>Text');
  const german = pageOf(edition, {
    newsletter: newsletter({ language: 'de' }),
    texts: textsOf('de'),
  }).html;
  assert.match(
    german,
    /<html lang="de" dir="ltr">[\s\S]*<header class="archived-frame" lang="de" /,
  );
  assert.match(german, />Alle Ausgaben<\/a>/);
  const frameOf = (language: string) =>
    /<html ([^>]*)>[\s\S]*<header class="archived-frame" ([^>]*)>/
      .exec(
        pageOf(edition, { newsletter: newsletter({ language }), texts: textsOf(language) }).html,
      )
      ?.slice(1);
  assert.deepEqual(frameOf('ar'), ['lang="ar" dir="rtl"', 'lang="ar" dir="rtl"']);
  assert.deepEqual(frameOf('he'), ['lang="he" dir="rtl"', 'lang="en" dir="ltr"']);
});

test('what is in the mail alone is not on the page: its preheader, its foot, its links to the page, Outlook', async () => {
  const { html } = pageOf(await morningEdition());
  const main = html.slice(html.indexOf('<main'));
  assert.doesNotMatch(main, /display:none|mso|Unsubscribe|signed up|on the web|1 Quay Street/);
  assert.ok(!main.includes(PAGE_URL));
});

test('where nobody may sign up by themselves, no link says that they may', async () => {
  const settings = newsletter({ listed: false });
  const { html } = pageOf(await morningEdition(), { newsletter: settings });
  assert.doesNotMatch(html, /subscribe|Sign up/);
});

test("a publisher's template that knows nothing of the web makes a page that names nobody", async () => {
  const own = `<mjml><mj-body><mj-section><mj-column><mj-text>{{ lead.title }}</mj-text>
    <mj-text>For {{ subscriber.address }}<br>Printed on paper<br><a href="{{ subscriber.unsubscribe_url }}">Leave</a></mj-text>
    </mj-column></mj-section></mj-body></mjml>`;
  const input = digestInput(MORNING, { templates: templates({ digestMjml: own }) });
  const { html, page } = await renderDigest(input);
  const shown = pageOf({ ...(await morningEdition()), html, page }).html;
  assert.doesNotMatch(shown, /slot|Leave|>For /);
  assert.match(shown, /Council votes[\s\S]*Printed on paper/);
});

test('an edition from before pages were stored has one, without the lines about its subscriber', async () => {
  const { page: _, ...edition } = await morningEdition();
  const { html } = pageOf(edition);
  assert.doesNotMatch(html, /slot|Unsubscribe|signed up/i);
  for (const { url } of edition.posts) assert.ok(html.includes(`href="${url}"`), url);
  assert.equal(
    mainOf(
      `<div><p>Before</p><p class="a">For <b>${PLACEHOLDERS.address}</b>, who asked.</p>` +
        `<p><a href="${PLACEHOLDERS.unsubscribeUrl}" title="${PLACEHOLDERS.address}">Leave</a> now</p></div>` +
        '<!--[if mso]><table><tr><td><![endif]--><p>After</p>',
    ),
    '<div><p>Before</p><p class="a"></p><p></p></div><p>After</p>',
  );
});

test('no placeholder is left, wherever a template put it', () => {
  const encoded = encodeURIComponent(PLACEHOLDERS.address);
  const { html, css } = pageOf(
    editionOf(
      `<head><style>.a { background: url("${PLACEHOLDERS.unsubscribeUrl}") }</style></head>` +
        `<body class="${PLACEHOLDERS.address}"><p style="content:'${PLACEHOLDERS.address}'">Words</p>` +
        `<td>${PLACEHOLDERS.address}<img src="https://x.example/?${encoded}" alt="${PLACEHOLDERS.address}"></td>` +
        `<p>Other <b>words</b></p><a href="https://x.example/?for=${encoded}">Preferences</a>` +
        `<div>Long <p>${PLACEHOLDERS.address}</p> <b>${PLACEHOLDERS.unsubscribeUrl}?x=1</b></div>`,
    ),
  );
  assert.doesNotMatch(html, /slot/i);
  assert.doesNotMatch(css, /slot/i);
  assert.match(html, /Other <b>words<\/b>/);
  assert.match(html, /Long/);
});

/** What mails are made of, in any order and nesting, and placeholders in any place. */
const PIECES = [
  ...['<table>', '</table>', '<tr>', '<td style="color:red">', '</td>', '<p>', '</p>', '<br>'],
  ...['<b>', '</b>', '<h1>', '<a href="https://x.example/">', '</a>', '<img src="a.png">'],
  ...['<style>p { color: red }', '</style>', '<math>', '<title>', '</title>', '<script>'],
  ...['<!--', '-->', '<![CDATA[', ']]>', '<!DOCTYPE html>', '<html lang="cy">', '<body class="a">'],
  ...['</main>', '</body>', '<head>', 'words', '&lt;b&gt;', '"', "'", '<', '>'],
  ...[PLACEHOLDERS.address, PLACEHOLDERS.unsubscribeUrl.toUpperCase()],
  ...[`<a href="${PLACEHOLDERS.unsubscribeUrl}">`, `<p title="${PLACEHOLDERS.address}">`],
];

test('whatever a mail is made of, its page has its head and its policy, and names nobody', () => {
  const mail = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 });
  fc.assert(
    fc.property(mail, (pieces) => {
      const page = pageOf(editionOf(pieces.join('')));
      assert.doesNotMatch(page.html + page.css, /slot/i);
      assert.match(page.html, /^<!DOCTYPE html>\n.*\n<head>\n.*\n<meta http-equiv="content-sec/);
      assert.match(page.html, /<\/footer>\n<\/body>\n<\/html>\n$/);
    }),
    { numRuns: 2_000 },
  );
});

test('a word as long as a mail may be takes no longer than many words', () => {
  const long = 'x'.repeat(1_000_000);
  assert.ok(mainOf(`<p>${long}</p>`).includes(long));
  assert.ok(!mainOf(`<p>${long}slot.invalid${long}</p>`).includes('x'));
});

test('the page has the policy that nothing in it runs, before anything of the mail', () => {
  const { html } = pageOf(editionOf('<p onclick="x()">One</p><script>x()</script>'));
  const [, policy = ''] = /http-equiv="content-security-policy" content="([^"]*)"/.exec(html) ?? [];
  for (const directive of ['script-src', 'frame-src', 'object-src', 'form-action', 'base-uri']) {
    assert.ok(policy.includes(`${directive} 'none'`), directive);
  }
  assert.ok(html.indexOf(policy) < html.indexOf('<p onclick'));
});

test('the style sheets of a mail are one file for all mails of its shape, called by what is in it', () => {
  const sheet = (css: string) =>
    `<head><style>${css}</style><style media="print">p{top:1px}</style></head>`;
  const first = pageOf(editionOf(`${sheet('a{color:red}')}<body><p style="color:red">1`));
  const second = pageOf(editionOf(`${sheet('a{color:red}')}<body><p>2`));
  const third = pageOf(editionOf(`${sheet('a{color:blue}')}<body><p>3`));
  assert.match(first.css, /@layer mail \{\na\{color:red\}\n\}/);
  assert.match(first.css, /@media print \{\n@layer mail \{\np\{top:1px\}/);
  assert.match(first.html, /<p style="color:red">1/);
  assert.equal(first.cssPath, second.cssPath);
  assert.equal(first.css, second.css);
  assert.notEqual(first.cssPath, third.cssPath);
  assert.match(first.html, new RegExp(`href="\\.\\./${first.cssPath}"`));
});
