import assert from 'node:assert/strict';
import { posix } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { picture, rendered } from './posts.ts';

const html = (body: string) => rendered(body).html;

/** The picture at `path`, if it is one of those that are `here`. */
const pictureIn = (here: readonly string[], path: string) =>
  here.includes(path) ? picture(path) : undefined;

test('a first heading that repeats the title is shown once', () => {
  assert.equal(rendered('\n# Spring #\n\nText.').html, '<p>Text.</p>');
  assert.equal(rendered('# Spring tides\n\nText.').html, '<h1>Spring tides</h1>\n<p>Text.</p>');
});

test("Pelican's links to files of posts lead to their pages", () => {
  const urlOf = (name: string) => (name === 'b' || name === 'b.md' ? '/b/' : undefined);
  const { html } = rendered('[a]({filename}b.md#x) [c](|filename|/b.md)', { context: { urlOf } });
  assert.equal(
    html,
    '<p><a href="https://quay.example/b/#x">a</a> <a href="https://quay.example/b/">c</a></p>',
  );
});

test('tables, footnotes and fenced code are rendered', () => {
  assert.equal(
    html('| a | b |\n|---|--:|\n| 1 | 2 |').replace(/\n/g, ''),
    '<table><thead><tr><th>a</th><th align="right">b</th></tr></thead><tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table>',
  );
  assert.equal(
    html('```js\nif (a < b) {}\n```'),
    '<pre><code class="language-js">if (a &lt; b) {}\n</code></pre>',
  );
  const notes = html('Text.[^n]\n\n[^n]: A note.');
  assert.match(notes, /<li id="fn-[0-9a-f]{8}-1">/);
});

test('footnotes of two posts have different ids', () => {
  const ids = (file: string) => rendered('T.[^1]\n\n[^1]: N.', { file }).html.match(/id="[^"]+"/g);
  const [one, other] = [ids('2026-03-20-a.md'), ids('2026-03-20-b.md')];
  assert.equal(one?.length, 2);
  assert.ok(!one?.some((id) => other?.includes(id)));
});

test('every address is absolute, resolved against the page of the post', () => {
  const page = 'https://quay.example/2026/03/20';
  for (const [address, expected] of [
    ['/about/', 'https://quay.example/about/'],
    ['map.html', `${page}/map.html`],
    ['../x?a=1', 'https://quay.example/2026/03/x?a=1'],
    ['#part', `${page}/spring.html#part`],
    ['//cdn.example/a', 'https://cdn.example/a'],
    ['http://other.example/', 'http://other.example/'],
    ['mailto:ada@quay.example', 'mailto:ada@quay.example'],
  ] as const) {
    assert.equal(html(`[x](${address})`), `<p><a href="${expected}">x</a></p>`);
  }
});

test('pictures, their sets, posters and sources are absolute', () => {
  assert.equal(
    html('<img src="/a.png" srcset="/a.png 1x, b.png 2x" alt="A">'),
    '<img src="https://quay.example/a.png" srcset="https://quay.example/a.png 1x, https://quay.example/2026/03/20/b.png 2x" alt="A" />',
  );
  assert.equal(
    html('<p><video poster="/p.jpg" controls><source src="/v.mp4" type="video/mp4"></video>'),
    '<p><video poster="https://quay.example/p.jpg" controls><source src="https://quay.example/v.mp4" type="video/mp4" /></video></p>',
  );
  assert.match(
    html('<picture><source srcset="/a.webp 480w, /b.webp 800w"><img src="/a.jpg"></picture>'),
    /srcset="https:\/\/quay\.example\/a\.webp 480w, https:\/\/quay\.example\/b\.webp 800w"/,
  );
});

test('addresses that run code or carry data are taken out, whatever they look like', () => {
  for (const address of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '&#106;avascript:alert(1)',
    ' \u0001javascript:alert(1)',
    'vbscript:x',
    'data:text/html,x',
  ]) {
    assert.doesNotMatch(
      html(`<a href="${address}">x</a> [y](<${address.replace('\n', '')}>)`),
      /script:|data:/i,
      address,
    );
  }
  assert.equal(html('<img src="data:image/png;base64,AAAA">text'), '<p>text</p>');
  assert.equal(
    html('<img srcset="data:image/png;base64,AA 1x, /b.png 2x" alt="">'),
    '<img srcset="https://quay.example/b.png 2x" alt="" />',
  );
});

test('scripts, styles, forms, frames and handlers are taken out', () => {
  assert.equal(html('a<script>alert("]]>")</script><style>p{}</style>b'), '<p>ab</p>');
  assert.equal(
    html('<p onclick="x()" style="color:red" class="lead" data-x="1">a</p>'),
    '<p>a</p>',
  );
  assert.equal(html('<form action="/x"><input name="a"><button>Go</button>text</form>'), 'text');
  assert.equal(html('<svg><script>x</script></svg>a'), '<p>a</p>');
  assert.doesNotMatch(html('<math><mi xlink:href="javascript:x">a</mi></math>'), /javascript/);
});

test('iframes stay for the hosts that the config names', () => {
  const settings = { iframesFrom: ['video.example'] };
  const frame = (src: string) => rendered(`<iframe src="${src}"></iframe>`, { settings }).html;
  assert.equal(frame('https://video.example/1'), '<iframe src="https://video.example/1"></iframe>');
  assert.equal(frame('//video.example/1'), '<iframe src="https://video.example/1"></iframe>');
  assert.doesNotMatch(frame('https://video.example.evil.example/1'), /<iframe/);
  assert.doesNotMatch(frame('/local'), /<iframe/);
  assert.equal(frame('javascript:alert(1)'), '<span></span>');
});

test('characters that XML forbids are gone, also those written as references in HTML', () => {
  assert.equal(html('a\u0008b\ufffec\ud800d'), '<p>abcd</p>');
  assert.equal(html('<div>a&#8;b&#xFFFE;c&#11;d</div>'), '<div>abcd</div>');
});

test('Markdown inside HTML is read, as CommonMark and as kramdown have it', () => {
  assert.match(html('<div>\n\n*a*\n\n</div>'), /<div>\s*<p><em>a<\/em><\/p>\s*<\/div>/);
  assert.match(html('<div markdown="1">\n*a*\n</div>\n'), /<div>\s*<p><em>a<\/em><\/p>\s*<\/div>/);
});

test("kramdown's attribute lists are not text, but in code they are", () => {
  assert.equal(
    html('# A {#id}\n{: .lead}\n\nText{: .x title="a}b"} on.\n{:.last}'),
    '<h1 id="id">A</h1>\n<p>Text on.</p>',
  );
  assert.equal(html('* TOC\n{:toc}\n\nText.'), '<p>Text.</p>');
  assert.equal(
    html('![a](/a.png){:height="100px"}'),
    '<p><img src="https://quay.example/a.png" alt="a" /></p>',
  );
  assert.equal(html('`{: .x}`'), '<p><code>{: .x}</code></p>');
});

test('the imports of MDX are not text', () => {
  const { html: text } = rendered(
    'import A from "./a.astro"\n\n<A client:load />\n\nText {/* note */}.',
    { file: '2026-03-20-a.mdx' },
  );
  assert.equal(text, '<p>Text .</p>');
});

test('a page of HTML is not read as Markdown', () => {
  assert.equal(
    rendered('<p>a *b*\n\n    c</p>', { file: '2026-03-20-a.html' }).html,
    '<p>a *b*\n\n    c</p>',
  );
});

test('the heading that became the title is not repeated', () => {
  const { html: text, post } = rendered('# Given\n\nText.');
  assert.equal(post.title, 'Spring');
  assert.match(text, /<h1>/);
});

test('a picture of the front matter is resolved against the root of the site', () => {
  const image = (source: string, url = 'https://quay.example/') =>
    rendered('x', { frontMatter: `image: "${source}"`, site: { url } }).image?.url;
  assert.equal(image('assets/a b.jpg'), 'https://quay.example/assets/a%20b.jpg');
  assert.equal(image('/assets/a.jpg'), 'https://quay.example/assets/a.jpg');
  assert.equal(
    image('/assets/a.jpg', 'https://quay.example/blog/'),
    'https://quay.example/blog/assets/a.jpg',
  );
  assert.equal(
    image('/blog/a.jpg', 'https://quay.example/blog/'),
    'https://quay.example/blog/a.jpg',
  );
  assert.equal(image('https://cdn.example/a.jpg'), 'https://cdn.example/a.jpg');
  assert.equal(image('//cdn.example/a.jpg'), 'https://cdn.example/a.jpg');
});

test('a picture gets the facts of its file, by its path from the root', () => {
  const asked: string[] = [];
  const facts = { type: 'image/png', sizeBytes: 7, width: 2, height: 1 };
  const atRoot = (path: string) => {
    asked.push(path);
    return picture('b.png', facts);
  };
  const { image } = rendered('x', {
    frontMatter: 'image: assets/a%20b.png?v=1',
    context: { atRoot },
  });
  assert.deepEqual(asked, ['/assets/a b.png']);
  assert.deepEqual(image, { url: 'https://quay.example/assets/a%20b.png?v=1', alt: '', ...facts });
  rendered('x', { frontMatter: 'image: https://cdn.example/a.png', context: { atRoot } });
  assert.equal(asked.length, 1);
});

test('a picture that leaves the site, or runs code, is left out with a warning', () => {
  for (const source of [
    '../../etc/passwd',
    'a/../../b.jpg',
    '%2e%2e/x.jpg',
    '..\\\\x.jpg',
    'javascript:alert(1)',
    'data:image/png;base64,AA',
    'file:///etc/passwd',
  ]) {
    const { image, warnings } = rendered('x', { frontMatter: `image: "${source}"` });
    assert.equal(image, undefined, source);
    assert.equal(warnings.length, 1, source);
  }
});

test('a picture of a bundle is beside its page, and another is from the root', () => {
  const url = (
    file: string,
    frontMatter: string,
    here: readonly string[],
    generator?: GeneratorId,
  ) => {
    const { image, warnings } = rendered('x', {
      ...{ file, frontMatter: `date: 2026-03-20\n${frontMatter}` },
      settings: { generator, permalink: '/:path/' },
      context: {
        beside: (source, file) => pictureIn(here, posix.join(posix.dirname(file), source)),
        atRoot: (path) => pictureIn(here, path),
      },
    });
    return [image?.url, ...warnings.map(({ message }) => message.split(';')[0])];
  };
  const gone = (source: string) => `image "${source}" is missing, so mails are without it`;
  const cover = 'https://quay.example/pier/cover.png';
  const ofHugo = (frontMatter: string, ...here: readonly string[]) =>
    url('pier/index.md', frontMatter, here, 'hugo');
  assert.deepEqual(ofHugo('image: cover.png', 'pier/cover.png'), [cover]);
  assert.deepEqual(ofHugo('image: ./cover.png', 'pier/cover.png', '/cover.png'), [cover]);
  assert.deepEqual(ofHugo('image: /cover.png', '/cover.png'), ['https://quay.example/cover.png']);
  assert.deepEqual(ofHugo('image: cover.png', '/cover.png'), ['https://quay.example/cover.png']);
  assert.deepEqual(ofHugo('cover: {image: cover.png, relative: true}'), [cover, gone('cover.png')]);
  const resources = 'resources: [{src: map.png}, {src: cover.png, name: featured}]';
  assert.deepEqual(ofHugo(resources, 'pier/cover.png'), [cover]);
  assert.deepEqual(url('a.md', 'image: cover.png', ['/cover.png'], 'hugo'), [
    'https://quay.example/cover.png',
  ]);
  assert.deepEqual(url('a.md', 'image: https://cdn.example/a.png', []), [
    'https://cdn.example/a.png',
  ]);
  for (const generator of ['astro', 'vitepress', 'docusaurus'] as const) {
    const [image, reason = ''] = url('a.md', 'heroImage: ./hero.png', ['hero.png'], generator);
    assert.equal(image, undefined);
    assert.match(reason, /is renamed by \w+ when it makes the site/);
  }
});

test('pictures of the text that are missing are told once a post, at the first', () => {
  const here = ['posts/beside.png', '/img/a b.png', '/2026/03/20/page.png'];
  const told = (body: string) =>
    rendered(body, {
      file: 'posts/2026-03-20-spring.md',
      context: {
        beside: (source, file) => pictureIn(here, posix.join(posix.dirname(file), source)),
        atRoot: (path) => pictureIn(here, path),
      },
    }).warnings.map(({ line, message }) => `${line}: ${message.split(';')[0]}`);
  const fine = '![](beside.png) ![](/img/a%20b.png) ![](</img/a b.png?v=1>) ![](page.png)';
  const foreign = '![](https://cdn.example/no.png) ![](//cdn.example/no.png) ![](data:image/png,x)';
  assert.deepEqual(told(fine), []);
  assert.deepEqual(
    told(`${foreign} ![x](https://quay.example/wp-content/no.png) [a](/no.png)`),
    [],
  );
  assert.deepEqual(told('Text.\n\n![](/no.png)'), ['7: picture "/no.png" is missing']);
  const many = `Text.\n\n<img src="no.png" srcset="no.png 1x, /b.png 2x">\n\n![](/img/c.png)`;
  assert.deepEqual(told(many), ['7: picture "no.png" is missing, as are 2 more of the post']);
  assert.deepEqual(told('<video poster="/p.png" src="/v.mp4"></video>'), [
    '5: picture "/p.png" is missing',
  ]);
});

test('a picture that the feeds copy has the address of the copy, wherever it is named', () => {
  const copyPicture = ({ file }: { readonly file: string }) =>
    file === 'big.png'
      ? { fact: 'takes 30 MB', remedy: 'make it smaller' }
      : { url: `https://quay.example/feeds/${file}` };
  const given = {
    frontMatter: 'image: ./a.png',
    settings: { generator: 'astro' as const },
    context: {
      beside: (source: string) => pictureIn(['a.png', 'b.png', 'big.png'], posix.normalize(source)),
      atRoot: (path: string) => pictureIn(['/c.png'], path),
    },
  };
  const body =
    '![](a.png)\n\n<img srcset="./a.png 1x, b.png 2x" alt="">\n\n![](/c.png)\n\n![](big.png)';
  const copied = rendered(body, { ...given, context: { ...given.context, copyPicture } });
  assert.equal(copied.image?.url, 'https://quay.example/feeds/a.png');
  const at = (name: string) => `https://quay.example/${name}`;
  for (const address of [at('feeds/a.png 1x'), at('feeds/b.png 2x'), at('c.png')]) {
    assert.ok(copied.html.includes(address), copied.html);
  }
  const messages = ({ warnings }: typeof copied) => warnings.map(({ message }) => message);
  assert.deepEqual(messages(copied), ['picture "big.png" takes 30 MB; make it smaller']);
  const renamed = rendered(body, given);
  assert.equal(renamed.image, undefined);
  assert.match(messages(renamed).join(), /"a\.png" is renamed by Astro .* as are 3 more/);
});

test('the path of the site comes before a picture from its root, where the generator puts it', () => {
  const url = 'https://quay.example/notes/';
  const source = (generator: GeneratorId, body: string) =>
    rendered(body, {
      ...{ site: { url }, settings: { generator } },
      context: { atRoot: (path) => pictureIn(['/img/a.png'], path) },
    }).html.replace(/^.*src="([^"]*)".*$/s, '$1');
  assert.equal(source('docusaurus', '![](/img/a.png)'), `${url}img/a.png`);
  assert.equal(source('vitepress', '![](/notes/img/a.png)'), `${url}img/a.png`);
  assert.equal(source('jekyll', '![](/img/a.png)'), 'https://quay.example/img/a.png');
  assert.equal(source('pelican', '![]({static}/img/a.png)'), `${url}img/a.png`);
});

test('an address on the machine of the author is told, once a post', () => {
  const told = (body: string) =>
    rendered(body).warnings.map(({ message }) => message.split(',')[0]);
  const body = '[see](http://localhost:1313/posts/x/) ![p](http://127.0.0.1:4000/p.png)';
  assert.deepEqual(told(body), ['leads to "http://localhost:1313"']);
  assert.deepEqual(told('![p](http://127.0.0.1/p.png)'), ['leads to "http://127.0.0.1"']);
  assert.deepEqual(told('[a](http://[::1]:80/)'), ['leads to "http://[::1]"']);
  assert.deepEqual(told('[a](https://localhost.example/) and `http://localhost/`'), []);
});

test('whatever the body, the HTML is well formed and harmless', () => {
  const piece = fc.constantFrom(
    '<p',
    '<a href="',
    '"',
    '>',
    '</',
    '<script>',
    '</script>',
    '<img src=x onerror=y ',
    '<svg>',
    '<!--',
    '-->',
    ']]>',
    '<![CDATA[',
    '\0',
    '\u0008',
    '&#0;',
    '&',
    '*',
    '`',
    '[',
    '](',
    'javascript:x',
    '\n\n',
    '{% raw %}',
    '{{',
    '}}',
    '{:',
    '<iframe src="',
    '<table>',
    '<textarea>',
    '<noscript>',
    '[^1]',
    '\n[^1]: ',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 40 }),
      (pieces) => {
        const { html: text } = rendered(pieces.join(''));
        assert.doesNotMatch(
          text,
          /<(?:script|iframe|svg|style|textarea)|<[^>]* on\w+=|<[^>]*="javascript:|[\0-\x08\x0b\x0c\x0e-\x1f]/i,
        );
        new SaxesParser()
          .write(
            `<div>${text.replace(/<(video|audio|ol|details|iframe|track)([^>]*?) (controls|reversed|open|allowfullscreen|default)(?=[ >])/g, '<$1$2')}</div>`,
          )
          .close();
      },
    ),
    { numRuns: 300 },
  );
});
