import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { buildMessage } from '../../src/delivery/message/prepare-messages.ts';
import { type Digest, renderDigest } from '../../src/editions/digest/render-digest.ts';
import { PLACEHOLDERS } from '../../src/editions/edition.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { assertGolden } from '../support/golden.ts';
import { MORNING } from './morning.ts';
import {
  address,
  digestInput,
  newsletter,
  type PostSketch,
  post,
  story,
  templates,
} from './samples.ts';

const morning = await renderDigest(digestInput(MORNING, { shown: 5 }));

/** The attributes of every start tag `name`, entities as they stand. */
function tags(html: string, name: string): Map<string, string>[] {
  return [...html.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'g'))].map(
    ([, attributes = '']) =>
      new Map(
        [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
          key,
          value,
        ]),
      ),
  );
}

function one(sketch: Partial<PostSketch>): Promise<Digest> {
  return renderDigest(digestInput([{ slug: 'only', ...sketch }]));
}

/** `count` stories of which each takes much room. */
function long(count: number): [PostSketch, ...PostSketch[]] {
  const stories = Array.from({ length: count }, (_, index) => ({
    slug: `story-${index}`,
    title: `Story ${index} ${'of the harbour and its people '.repeat(5)}`,
    excerpt: 'Ж'.repeat(219),
  }));
  return [{ slug: 'lead', title: 'Lead', excerpt: 'Lead.' }, ...stories];
}

test('the text of a morning is the golden one', () => {
  assertGolden(import.meta, 'digest.txt', morning.text);
});

test('the HTML of a morning is the golden one', () => {
  assertGolden(import.meta, 'digest.html', morning.html);
});

test('the lead keeps its quotes, lists, emphasis and links, in the HTML and as text', async () => {
  const html =
    '<p>The <em>pier</em> &amp; <a href="https://x.example/?a=1&amp;b=2">the letter</a>.</p>' +
    `<blockquote><p>${'word '.repeat(20)}</p><p>Two.</p></blockquote>` +
    '<ol start="2"><li>two<ul><li><strong>deep</strong></li></ul></li><li>three</li></ol><p>End.</p>';
  const digest = await one({ html, excerpt: 'The pier' });
  assert.match(
    digest.html,
    /<em>pier<\/em> &amp; <a class="accent link" style="color:#[^"]+" href="https:\/\/x\.example\/\?a=1&amp;b=2">/,
  );
  assert.match(digest.html, /<blockquote class="quote"[^>]*>\s*<p class="body opening"[^>]*>word /);
  assert.match(digest.html, /<ol [^>]*>\s*<li [^>]*value="2"[^>]*>two<\/li>\s*<\/ol>\s*<ul /);
  assert.match(digest.html, /<strong>deep<\/strong>/);
  const [, text = ''] = /(The _pier_[\s\S]*End\.\n\n)/.exec(digest.text) ?? [];
  assert.equal(
    text,
    `The _pier_ & the letter.\n\n> ${'word '.repeat(14).trim()}\n> ${'word '.repeat(6).trim()}\n>\n> Two.\n\n2. two\n  - *deep*\n3. three\n\nEnd.\n\n`,
  );
});

test('the subject is the lead’s title; inboxes show the next titles beside it', () => {
  assert.equal(morning.subject, 'Council votes to keep the night ferry running, by a single hand');
  assert.match(morning.preheader, /^Assembly opens with a quarrel over chairs · /);
  assert.ok(morning.preheader.length <= 140);
  assert.ok(morning.html.includes(`>${morning.preheader}&nbsp;`));
});

test('every link and picture is absolute and https', () => {
  const addresses = [
    ...tags(morning.html, 'a').map((tag) => tag.get('href')),
    ...tags(morning.html, 'img').map((tag) => tag.get('src')),
  ];
  assert.ok(addresses.length > 20);
  for (const each of addresses) assert.match(each ?? '', /^https:\/\/[^/]+\//);
});

test('every picture has a width, a height and a text in its place', () => {
  const pictures = tags(morning.html, 'img');
  assert.equal(pictures.length, 5);
  for (const picture of pictures) {
    assert.match(picture.get('width') ?? '', /^\d+$/);
    assert.match(picture.get('height') ?? '', /^\d+$/);
    assert.match(picture.get('alt') ?? '', /\p{L}/u);
  }
});

test('a picture without a text of its own has the title in its place', async () => {
  const url = 'https://harbour.example/a.jpg';
  const { html } = await one({ title: 'The "pier" & <more>', picture: { url, alt: ' ' } });
  const [picture] = tags(html, 'img');
  assert.equal(picture?.get('alt'), 'The &#34;pier&#34; &amp; &lt;more&gt;');
});

test('a story in another language says so, and its direction; the newsletter’s own words don’t', () => {
  assert.match(morning.html, /<html lang="en-GB" dir="ltr"/);
  assert.match(morning.html, /<div lang="ar" dir="rtl">\s*<p class="accent"/);
  assert.match(morning.html, /<td class="cell ink" lang="ar" dir="rtl" align="right"/);
  assert.match(morning.html, /<div lang="de" dir="ltr">/);
  const own = tags(morning.html, 'a').filter((tag) => tag.get('class') === 'accent');
  assert.ok(own.length > 0);
  for (const tag of own) assert.equal(tag.get('lang'), 'en-GB');
});

test('an RTL newsletter is RTL from the root', async () => {
  const input = digestInput([{ slug: 'a', title: 'א' }], {
    newsletter: newsletter({ language: 'he' }),
  });
  assert.match((await renderDigest(input)).html, /<html lang="he" dir="rtl"/);
});

test('the foot has the postal address, why this came, the archive and the way to leave', () => {
  const archive = 'https://harbour.example/archive/politics-essential-2026-03-20/';
  for (const body of [morning.html, morning.text]) {
    for (const part of [
      '1 Quay Street',
      'HB1 1AA',
      'signed up for',
      archive,
      PLACEHOLDERS.address,
    ]) {
      assert.ok(body.replace(/\s+/g, ' ').includes(part), part);
    }
    assert.equal(body.split(PLACEHOLDERS.unsubscribeUrl).length, 2);
  }
});

test('there is no tracking pixel, no script and no outside style', () => {
  assert.doesNotMatch(morning.html, /<script|<link|@import|url\(/);
  const sources = tags(morning.html, 'img').map((tag) => tag.get('src') ?? '');
  assert.ok(sources.every((source) => source.startsWith('https://harbour.example/assets/')));
});

test('the HTML is valid, but for what Outlook needs', async () => {
  const validate = new HtmlValidate({
    extends: ['html-validate:standard'],
    // Old mail programs lay out by attributes of tables.
    rules: { 'no-deprecated-attr': 'off' },
  });
  const report = await validate.validateString(morning.html);
  const messages = report.results.flatMap((result) =>
    result.messages.map(({ ruleId, line, message }) => `${line} ${ruleId}: ${message}`),
  );
  assert.deepEqual(messages, []);
});

test('nothing that a post says becomes markup, Liquid or MJML', async () => {
  const evil = `</mj-text><mj-raw><script>alert(1)</script></mj-raw>]]> {{ site.url }} {% if %} "><img src=x>`;
  const { html, text, subject } = await one({
    title: evil,
    excerpt: evil,
    html: `<p>${evil.replaceAll('<', '&lt;')}</p>`,
    categories: [evil],
    authors: [{ name: evil }],
    picture: { url: 'https://harbour.example/a.jpg', alt: evil },
  });
  assert.doesNotMatch(html, /<script|<mj-|<img src=x/);
  assert.match(html, /&lt;script&gt;/);
  assert.equal(subject, evil);
  assert.ok(text.replace(/\s+/g, ' ').includes(evil));
});

test('a post cannot name a placeholder, and so get a subscriber’s address or link', async () => {
  const { html, text } = await one({
    title: `Write to ${PLACEHOLDERS.address}`,
    excerpt: PLACEHOLDERS.unsubscribeUrl,
    authors: [{ name: PLACEHOLDERS.address }],
    url: `https://harbour.example/${PLACEHOLDERS.address}/`,
    picture: { url: PLACEHOLDERS.unsubscribeUrl, alt: PLACEHOLDERS.address },
  });
  assert.equal(html.split(PLACEHOLDERS.address).length, 2);
  assert.equal(html.split(PLACEHOLDERS.unsubscribeUrl).length, 2);
  assert.equal(text.split(PLACEHOLDERS.address).length, 2);
  assert.equal(text.split(PLACEHOLDERS.unsubscribeUrl).length, 2);
});

test('a subject is one line of a length that inboxes show, and never empty', async () => {
  const of = async (subject: string, title: string) =>
    (
      await renderDigest(
        digestInput([{ slug: 'a', title }], { newsletter: newsletter({ subject }) }),
      )
    ).subject;
  assert.equal(
    await of('{{ newsletter.name }}:\n {{ lead.title }}', 'A\r\nBcc: b'),
    'Politics Essential: A Bcc: b',
  );
  assert.equal(await of('  ', 'A'), 'Politics Essential, Friday, 20 March 2026');
  assert.ok((await of('{{ lead.title }}', 'word '.repeat(200))).length <= 150);
});

test('a broken subject is a config error that names the newsletter', async () => {
  const input = digestInput([{ slug: 'a' }], {
    newsletter: newsletter({ subject: '{{ leed.title }}' }),
  });
  await assert.rejects(renderDigest(input), (error) => {
    assert.ok(error instanceof BroadsheetError && error.exitCode === EXIT.config);
    assert.match(error.message, /politics-essential: subject:1:\d+ /);
    return true;
  });
});

test('a big digest lists its last stories as headlines, and stays under 90 KB as sent', async () => {
  const sketches = long(40);
  const { html, posts, text } = await renderDigest(digestInput(sketches, { shown: 40 }));
  const roles = posts.map(({ role }) => role);
  assert.equal(roles[0], 'lead');
  const stories = roles.filter((role) => role === 'story').length;
  assert.ok(stories > 5 && stories < 40, `${stories} stories`);
  assert.equal(roles.filter((role) => role === 'headline').length, 40 - stories);
  assert.deepEqual(roles.slice(1), [
    ...Array.from({ length: stories }, () => 'story'),
    ...Array.from({ length: 40 - stories }, () => 'headline'),
  ]);
  assert.ok((await sentSize(html)) < 90_000);
  assert.ok((await sentSize(html)) > 80_000, 'the room is used');
  for (const each of posts) assert.ok(text.includes(each.url));
});

test('headlines that find no room are counted, with a link to the archive, and stay in the edition', async () => {
  const sketches = long(200);
  const { html, text, posts } = await renderDigest(digestInput(sketches, { shown: 3 }));
  const dropped = posts.filter(({ role }) => role === 'web').length;
  assert.ok(dropped > 0);
  assert.equal(posts.length, 201);
  assert.ok((await sentSize(html)) < 90_000);
  for (const body of [html, text]) {
    assert.match(body.replace(/\s+/g, ' '), new RegExp(`And ${dropped} more stories`));
  }
});

test('the digest of a newsletter without an archive links to none', async () => {
  const settings = newsletter({ archive: 'off' });
  const { html, text } = await renderDigest(
    digestInput(long(200), { shown: 3, newsletter: settings }),
  );
  assert.doesNotMatch(html + text, /archive|on the web/);
  assert.match(html, /<a href="https:\/\/harbour\.example\/"[^>]*>And \d+ more stories at The/);
  assert.match(text, /more stories at The Harbour Broadsheet:\nhttps:\/\/harbour\.example\/\n/);
});

test('the words of the digest are in the language of the newsletter', async () => {
  const settings = newsletter({ language: 'fr' });
  const { html, text } = await renderDigest(
    digestInput(long(200), { shown: 3, newsletter: settings }),
  );
  assert.match(html, />Lire l’article entier</);
  assert.match(html, />Et \d+ autres articles de ce numéro en ligne</);
  assert.match(text, /EN BREF\n=======\n/);
  assert.match(text, /abonnée\sà\sPolitics\sEssential/);
  assert.doesNotMatch(html + text, /Read (?:on|the|this)|Unsubscribe|more stories|In brief/);
});

test('every part of a digest in Arabic runs from right to left', async () => {
  const settings = newsletter({ language: 'ar' });
  const sketches = ['a', 'b', 'c'].map((slug) => ({ slug, language: 'ar' }));
  const [first = { slug: 'a' }, ...others] = sketches;
  const { html } = await renderDigest(
    digestInput([first, ...others], { shown: 1, newsletter: settings }),
  );
  assert.match(html, /<html lang="ar" dir="rtl"/);
  assert.doesNotMatch(html.replace(/<!--.*?-->/gs, ''), /class="mj-column[^>]*direction:ltr/);
  assert.doesNotMatch(html, /letter-spacing/);
});

test('titles and excerpts of any length leave a digest that fits', async () => {
  const { html, warnings } = await one({
    title: 'Ж'.repeat(100_000),
    excerpt: '"'.repeat(100_000),
    html: `<p>${'"'.repeat(100_000)}</p>`,
  });
  assert.ok((await sentSize(html)) < 90_000);
  assert.deepEqual(warnings, []);
});

test('every post of a story is in the edition; only the shown one has a role', async () => {
  const shown = post({ slug: 'update' });
  const folded = post({ slug: 'breaking' });
  const input = digestInput([{ slug: 'update' }, { slug: 'breaking' }]);
  const lead = story(shown, folded);
  const selection = { lead, stories: [], headlines: [], dropped: [] };
  const { posts, html } = await renderDigest({ ...input, selection });
  assert.deepEqual(
    posts.map(({ file, role }) => [file, role]),
    [
      ['update.md', 'lead'],
      ['breaking.md', undefined],
    ],
  );
  assert.doesNotMatch(html, /breaking\.html/);
});

test('pictures that are not at https are left out and told, but for the site’s own', async () => {
  const at = (url: string) => ({ slug: 'a', picture: { url, alt: 'x' } });
  const foreign = await renderDigest(digestInput([at('http://cdn.example/a.jpg')]));
  assert.doesNotMatch(foreign.html, /<img/);
  assert.match(foreign.warnings.join(), /a\.md: its picture http:\/\/cdn\.example\/a\.jpg/);
  const site = { title: 'Here', url: 'http://127.0.0.1:8080/' };
  const own = await renderDigest(digestInput([at('http://127.0.0.1:8080/a.jpg')], { site }));
  assert.match(own.html, /<img/);
  assert.match(own.warnings.join(), /^links to the posts start with http:\/\/127\.0\.0\.1:8080\//);
});

test('a picture that mail programs do not show, or that is missing, is left out and told', async () => {
  const url = 'https://harbour.example/a';
  for (const [picture, reason] of [
    [{ url: `${url}.svg`, alt: 'x' }, /has a format that mail programs do not show/],
    [{ url: `${url}.avif?v=1`, alt: 'x' }, /has a format/],
    [{ url: `${url}.heic`, alt: 'x' }, /has a format/],
    [{ url: `${url}.mp4`, alt: 'x' }, /has a format/],
    [{ url, alt: 'x', type: 'image/svg+xml' }, /has a format/],
    [{ url: `${url}.jpg`, alt: 'x', isUnknown: true }, /has a format/],
    [{ url: `${url}.jpg`, alt: 'x', isMissing: true }, /is missing/],
  ] as const) {
    const { html, warnings } = await renderDigest(digestInput([{ slug: 'a', picture }]));
    assert.doesNotMatch(html, /<img/);
    assert.match(warnings.join(), reason);
  }
  const fine = { url: `${url}.svg`, alt: 'x', type: 'image/png' };
  const { html } = await renderDigest(digestInput([{ slug: 'a', picture: fine }]));
  assert.match(html, /<img/);
});

test('links that start without https are warned of', async () => {
  const { warnings } = await renderDigest(
    digestInput([{ slug: 'a' }], { serviceUrl: 'http://harbour.example/' }),
  );
  assert.match(warnings.join(), /only by https/);
});

test('the same stories give the same digest', async () => {
  assert.deepEqual(await renderDigest(digestInput(MORNING, { shown: 5 })), morning);
});

test('an own template takes the place of Broadsheet’s', async () => {
  const { text } = await renderDigest(
    digestInput([{ slug: 'a', title: 'Ferry' }], {
      templates: templates({ digestText: 'Only {{ lead.title }} {{ subscriber.address }}' }),
    }),
  );
  assert.equal(text, `Only Ferry ${PLACEHOLDERS.address}\n`);
});

test('an own template that gives megabytes is a config error that names it', async () => {
  const body = '{% for i in (1..40000) %}Forty thousand times the same. {% endfor %}';
  const digestMjml = `<mjml><mj-body><mj-raw>${body}</mj-raw></mj-body></mjml>`;
  await assert.rejects(
    renderDigest(digestInput([{ slug: 'a' }], { templates: templates({ digestMjml }) })),
    /^BroadsheetError: .*digest\.mjml {2}the digest takes \d{4} KB with the lead alone/,
  );
});

/** Bytes of the HTML part of a real message. */
async function sentSize(html: string): Promise<number> {
  const edition = { id: 'a', newsletter: 'a', day: '2026-03-20', composedAt: '', posts: [] };
  const { bytes } = await buildMessage({
    edition: { ...edition, subject: 'x', preheader: '', html, text: 'x' },
    newsletter: newsletter(),
    subscriber: { id: 'a', address: address('b@example.org') },
    publicUrl: 'https://harbour.example/',
    ...{ secrets: ['a secret of the tests'], dkim: [] },
    date: Temporal.Instant.from('2026-03-20T07:00:00Z'),
  });
  return bytes.length - bytes.indexOf('Content-Type: text/html');
}

test('the logo of the newsletter stands in place of its name, that of the site above it', async () => {
  const own = { url: 'https://harbour.example/own.png', width: 840, height: 240 };
  const site = { url: 'https://harbour.example/site.png', width: 100, height: 50 };
  const withLogos = async (logo: typeof own | undefined) => {
    const input = digestInput(MORNING, { newsletter: newsletter({ logo }) });
    return renderDigest({ ...input, site: { ...input.site, logo: site } });
  };
  const { html } = await withLogos(own);
  assert.match(
    html,
    /src="https:\/\/harbour\.example\/own\.png" alt="Politics Essential" width="420" height="120"/,
  );
  assert.doesNotMatch(html, /site\.png|>Politics Essential<\/h1>/);
  const { html: named } = await withLogos(undefined);
  assert.match(named, /site\.png" alt="The Harbour Broadsheet" width="100" height="50"/);
  assert.match(named, />Politics Essential<\/h1>/);
  const drawing = { ...own, url: 'https://harbour.example/own.svg' };
  assert.doesNotMatch((await withLogos(drawing)).html, /own\.svg/);
});

test('the weekly sister is in the foot of the mail, below the link to leave, and not on the web', async () => {
  const input = digestInput(MORNING, { shown: 5 });
  const {
    html,
    text,
    page = '',
    warnings,
  } = await renderDigest({
    ...{ ...input, weekly: { name: 'Politics Weekly' } },
  });
  for (const body of [html, text]) {
    assert.match(body, /Get Politics Weekly instead/);
    assert.ok(body.includes(`${PLACEHOLDERS.unsubscribeUrl}/weekly`));
  }
  assert.doesNotMatch(page, /Politics Weekly|slot\.invalid/);
  assert.deepEqual(warnings, morning.warnings);
});
