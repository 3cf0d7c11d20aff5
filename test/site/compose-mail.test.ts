import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { renderMjml } from '../../src/editions/digest/render-mjml.ts';
import { MAIL_KINDS, renderMail } from '../../src/site/compose-mail.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { address, newsletter, templates } from '../editions/samples.ts';

const textsOf = readTexts('nowhere');
const URL = 'https://harbour.example/x/abc?x=1&y=2';
const UNSUBSCRIBE = 'https://harbour.example/unsubscribe/token';

const input = {
  templates: templates(),
  texts: textsOf('en-GB'),
  newsletters: [newsletter({ name: 'Salt & Ships' })] as const,
  site: { title: 'The Harbour Broadsheet', url: 'https://harbour.example/' },
  publicUrl: 'https://harbour.example/',
  address: address('ada@example.org'),
  url: URL,
};

// Old mail programs lay out by attributes of tables.
const validate = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'no-deprecated-attr': 'off' },
});

for (const language of ['en', 'de', 'ar']) {
  for (const kind of MAIL_KINDS) {
    test(`the ${kind} mail in ${language} says the same in text and in valid HTML, with one link`, async () => {
      const { subject, html, text } = await renderMail({
        ...input,
        kind,
        texts: textsOf(language),
      });
      assert.match(subject, /Salt & Ships|The Harbour Broadsheet/);
      for (const body of [html, text]) {
        assert.match(body, /ada@example\.org/);
        assert.match(body, /1 Quay Street/);
        assert.match(body, /harbour\.example\//);
        assert.doesNotMatch(body, /\{\w+\}|undefined|null/i);
        // This one is about it.
        if (kind !== 'leave') assert.doesNotMatch(body, /unsubscribe/i);
      }
      const links = kind === 'address-changed' ? 0 : 1;
      assert.equal(html.split('https://harbour.example/x/abc?x=1&amp;y=2').length, links + 1);
      assert.equal(text.split('\n').filter((line) => line === URL).length, links);
      const columns = (line: string) => line.replace(/\p{M}/gu, '').length;
      assert.ok(text.split('\n').every((line) => columns(line) <= 72));
      assert.doesNotMatch(text, /\n\n\n/);
      const { results } = await validate.validateString(html);
      assert.deepEqual(
        results.flatMap(({ messages }) => messages),
        [],
      );
    });
  }
}

test('mails that differ only in what is personal share their HTML, and each has its own values', async () => {
  const person = (name: string) => ({
    address: address(`${name}@example.org`),
    url: `https://harbour.example/x/${name}?a=1&b=2`,
    unsubscribeUrl: `https://harbour.example/unsubscribe/${name}`,
  });
  const [ada, bob, none] = [
    person("o'hara&slot.invalid"),
    person('bob'),
    { address: person('cyd').address },
  ];
  for (const kind of MAIL_KINDS) {
    const [first, second, third] = [
      await renderMail({ ...input, kind, ...ada }),
      await renderMail({ ...input, kind, ...bob }),
      await renderMail({ ...input, kind, ...none, url: '' }),
    ];
    assert.equal(first.html, second.html.replaceAll('bob', 'o&#39;hara&amp;slot.invalid'), kind);
    assert.doesNotMatch(second.html, /slot|hara/);
    assert.doesNotMatch(third.html, /slot|harbour\.example\/(x|unsubscribe)\//);
    assert.match(first.text, /o'hara&slot\.invalid@example\.org/);
  }
});

test('a template that changes a personal value is rendered for each person', async () => {
  const own = templates();
  const source = own.noticeMjml.source.replace(
    '</mj-body>',
    '<mj-raw>{{ notice.url | url_encode }}</mj-raw></mj-body>',
  );
  const changed = { ...own, noticeMjml: { ...own.noticeMjml, source } };
  for (const name of ['ada', 'bob']) {
    const url = `https://harbour.example/x/${name}`;
    const { html } = await renderMail({ ...input, templates: changed, kind: 'confirm', url });
    assert.ok(html.includes(encodeURIComponent(url)), name);
  }
});

test('templates of ours are rendered once for all', async () => {
  let count = 0;
  const counting = async (...args: Parameters<typeof renderMjml>) => {
    count += 1;
    return renderMjml(...args);
  };
  for (const name of ['ada', 'bob', 'cyd']) {
    const url = `https://harbour.example/once/${name}?a=1&b='`;
    const person = {
      address: address(`${name}.o'hara@example.org`),
      url,
      kind: 'confirm',
    } as const;
    await renderMail({
      ...input,
      newsletters: [newsletter({ name: 'Once' })],
      ...person,
      renderMjml: counting,
    });
  }
  // With stand-ins, and once as it should be.
  assert.equal(count, 2);
});

test('the mail to confirm asks once, and says that doing nothing changes nothing', async () => {
  const { subject, html, text } = await renderMail({ ...input, kind: 'confirm' });
  assert.equal(subject, 'Please confirm: Salt & Ships');
  assert.match(html, /Salt &amp; Ships/);
  for (const body of [html, text]) assert.match(body, /do nothing/);
});

test('one confirmation for several newsletters names them all, in the language of the form', async () => {
  const newsletters = ['Salt & Ships', 'Tides', 'Markets'].map((name) => newsletter({ name }));
  const [first = newsletter(), ...others] = newsletters;
  const several = { ...input, kind: 'confirm', newsletters: [first, ...others] } as const;
  assert.equal(
    (await renderMail(several)).subject,
    'Please confirm: Salt & Ships, Tides and Markets',
  );
  const german = await renderMail({ ...several, texts: textsOf('de') });
  assert.equal(german.subject, 'Bitte bestätigen: Salt & Ships, Tides und Markets');
  assert.match(german.html, /<html lang="de" dir="ltr"/);
  assert.match(german.text, /^THE HARBOUR BROADSHEET\n=/);
});

test('only the welcome has the headers and the link of a list', async () => {
  const { subject, html, text } = await renderMail({
    ...{ ...input, kind: 'welcome' },
    unsubscribeUrl: UNSUBSCRIBE,
  });
  assert.equal(subject, 'Welcome to Salt & Ships');
  for (const body of [html, text]) {
    assert.match(body, /https:\/\/harbour\.example\/unsubscribe\/token/);
    assert.match(body, /you confirmed/);
    assert.match(body, /politics in five minutes/);
  }
});

test('a welcome has no button where there is no archive', async () => {
  const { html, text } = await renderMail({ ...input, kind: 'welcome', url: '' });
  for (const body of [html, text]) assert.doesNotMatch(body, /latest editions/);
});
