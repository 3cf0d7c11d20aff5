import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { renderEditionPage } from '../../../src/editions/archive/edition-page.ts';
import { PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { newsletter } from '../samples.ts';
import { editionOf, morningEdition, PAGE_URL, pageInput, textsOf } from './samples.ts';

function pageOf(html: string, changes: Parameters<typeof pageInput>[1] = {}) {
  return renderEditionPage(pageInput(editionOf(html), changes));
}

/** What the page has in place of the mail's body. */
function mainOf(html: string): string {
  return /<main[^>]*>([\s\S]*)<\/main>/.exec(pageOf(html).html)?.[1] ?? '';
}

test('the page of an edition is valid HTML without an inline style, a script or a placeholder', async () => {
  const { html, css } = renderEditionPage(pageInput(await morningEdition()));
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended', 'html-validate:a11y'],
    rules: {
      'no-inline-style': 'error',
      'long-title': 'off',
      // What mail programs need of tables stays, so that the page looks as the mail does.
      'no-deprecated-attr': 'off',
    },
  });
  const { results } = await validator.validateString(html);
  assert.deepEqual(
    results.flatMap(({ messages }) =>
      messages.map(({ line, message, ruleId }) => `${line}: ${message} (${ruleId})`),
    ),
    [],
  );
  assert.doesNotMatch(html, /<script|<style|style=|<!--|\bon\w+=/);
  assert.doesNotMatch(html + css, /slot/i);
});

test('the head names the page, its feeds and its language', async () => {
  const { html } = renderEditionPage(pageInput(await morningEdition()));
  assert.match(html, /^<!DOCTYPE html>\n<html lang="en-GB" dir="ltr"><head>/);
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
  const { html } = renderEditionPage(pageInput(edition));
  for (const { title, url } of edition.posts) {
    assert.ok(html.includes(`href="${url}"`), url);
    assert.ok(
      html.includes(title.replaceAll('&', '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')),
    );
  }
});

test('an archive that is not for search engines says so on every page', async () => {
  const settings = newsletter({ archive: 'noindex' });
  const { html } = renderEditionPage(pageInput(await morningEdition(), { newsletter: settings }));
  assert.match(html, /<meta name="robots" content="noindex">/);
});

test('the page leads home, to the other editions, to the ones beside it, and to sign up', async () => {
  const { html } = renderEditionPage(pageInput(await morningEdition()));
  for (const link of [
    '<a href="../../">The Harbour Broadsheet</a>',
    '<a href="../politics-essential/">All editions</a>',
    '<a href="../../subscribe/politics-essential/">Sign up</a>',
    '<a href="../politics-essential-2026-03-19/" rel="prev">Earlier: Yesterday &amp; before</a>',
    '<a href="../politics-essential-2026-03-21/" rel="next">Later: Tomorrow &lt;script&gt;</a>',
  ]) {
    assert.ok(html.includes(link), link);
  }
});

test('the words around an edition are in its language where there is one, and say theirs', () => {
  const german = pageOf('<html lang="de"><body><p>Text', { texts: textsOf('de') }).html;
  assert.match(
    german,
    /<html lang="de" dir="ltr">[\s\S]*<header class="archived-frame" lang="de" /,
  );
  assert.match(german, />Alle Ausgaben<\/a>/);
  const arabic = pageOf('<html lang="ar" dir="rtl"><body><p>نص', { texts: textsOf('ar') }).html;
  assert.match(arabic, /<html lang="ar" dir="rtl">[\s\S]*<header [^>]*lang="en" dir="ltr">/);
});

test('an unsubscribe link becomes one to sign up, and a paragraph with the address goes', () => {
  const main = mainOf(
    `<div><p>Before</p><p>For ${PLACEHOLDERS.address}, who asked.</p>` +
      `<p><a href="${PLACEHOLDERS.unsubscribeUrl}" title="${PLACEHOLDERS.address}">Leave</a> now</p></div>`,
  );
  assert.equal(
    main,
    '<div><p>Before</p><p><a href="../../subscribe/politics-essential/">Sign up</a> now</p></div>',
  );
});

test('where nobody may sign up by themselves, no link says that they may', () => {
  const { html } = pageOf(
    `<p>Before</p><p><a href="${PLACEHOLDERS.unsubscribeUrl}">Leave</a> at any time</p>`,
    { newsletter: newsletter({ listed: false }) },
  );
  assert.match(html, /<main><p>Before<\/p><\/main>/);
  assert.doesNotMatch(html, /subscribe|Sign up/);
});

test('no placeholder is left, wherever a template put it', () => {
  const encoded = encodeURIComponent(PLACEHOLDERS.address);
  const { html, css } = pageOf(
    `<head><style>.a { background: url("${PLACEHOLDERS.unsubscribeUrl}") }</style></head>` +
      `<body class="${PLACEHOLDERS.address}"><p style="content:'${PLACEHOLDERS.address}'">Words</p>` +
      `<td>${PLACEHOLDERS.address}<img src="https://x.example/?${encoded}" alt="${PLACEHOLDERS.address}"></td>` +
      `<a href="https://x.example/?for=${encoded}">Preferences</a>` +
      `<div>Long <p>${PLACEHOLDERS.address}</p> <b>${PLACEHOLDERS.unsubscribeUrl}?x=1</b></div>`,
  );
  assert.doesNotMatch(html, /slot/i);
  assert.doesNotMatch(css, /slot/i);
  assert.match(html, /Words/);
  assert.match(html, /Long/);
});

test('a word as long as a mail may be takes no longer than many words', () => {
  const long = 'x'.repeat(1_000_000);
  assert.ok(mainOf(`<p>${long}</p>`).includes(long));
  assert.ok(!mainOf(`<p>${long}slot.invalid${long}</p>`).includes('x'));
});

test('what is hostile in a mail does not reach its page', () => {
  const main = mainOf(
    '<p onclick="x()">One</p><script>x()</script><iframe src="https://x.example"></iframe>' +
      '<a href=" java\tscript:x()">Two</a><img src="x" onerror="x()"><form action="/"><b>in</b></form>' +
      '<base href="https://x.example/"><meta http-equiv="refresh" content="0"><link rel="stylesheet" href="x">',
  );
  assert.equal(main, '<p>One</p><a>Two</a><img src="x">');
});

test('what is in the mail alone is not on the page: its preheader, Outlook, and what it says is so', () => {
  const main = mainOf(
    '<div style="display:none">What  inboxes show&nbsp;</div><p>One<span class="x mail-only">, two</span></p>' +
      '<!--[if mso]><table><tr><td><![endif]--><div style="display:none">Other</div>',
  );
  assert.match(main, /^<p>One<\/p><div class="inline-\w+">Other<\/div>$/);
});

test('a style becomes a class, the same for the same style, and nothing gets out of its rule', () => {
  const { html, css } = pageOf(
    `<p style="color:red">1</p><p class="a" style="color:red">2</p><p style="">3</p>` +
      `<p style="color:blue} body{display:none">4</p><p style="content:'}';width:1px /* } */">5</p>` +
      `<p style="background:url(data:image/png;base64,AA==);mso-hide:all">6</p><p style="top:1px /* ">7</p>`,
  );
  const [red = ''] = /inline-\w+/.exec(html) ?? [];
  assert.ok(
    html.includes(`<p class="${red}">1</p><p class="a ${red}">2</p><p>3</p><p>4</p>`),
    html,
  );
  const rules = css.split('\n').filter((line) => line.startsWith('.inline'));
  assert.deepEqual(rules.map((rule) => rule.replace(/^\.inline-[0-9a-f]{8}/, '')).toSorted(), [
    '{background:url(data:image/png;base64,AA==)}',
    '{color:red}',
    `{content:'}';width:1px}`,
    '{top:1px}',
  ]);
});

test('mails of one shape share a style sheet, which is called by what is in it', () => {
  const first = pageOf('<p style="color:red">1</p><p style="top:1px">2</p>');
  const second = pageOf('<h1 style="top:1px">3</h1><p style="color:red">4</p>');
  const third = pageOf('<p style="color:red">5</p>');
  assert.equal(first.cssPath, second.cssPath);
  assert.equal(first.css, second.css);
  assert.notEqual(first.cssPath, third.cssPath);
  assert.match(first.html, new RegExp(`href="\\.\\./${first.cssPath}"`));
});
