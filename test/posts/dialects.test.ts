import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { type GivenRender, parsedPost, picture, rendered } from './posts.ts';

/** What a text becomes: of which generator, the text, its HTML, and a warning if there is one. */
type Row = readonly [generator: GeneratorId, body: string, html: string | RegExp, warning?: RegExp];

function tryRows(
  rows: readonly Row[],
  file = '2026-03-20-a.md',
  given: GivenRender['context'] = {},
): void {
  for (const [generator, body, html, warning] of rows) {
    const context = { atRoot: picture, ...given };
    const post = rendered(body, { file, settings: { generator }, context });
    const flat = post.html.replace(/\n+/g, '\n');
    if (typeof html === 'string') assert.equal(flat, html, `${generator}: ${body}`);
    else assert.match(flat, html, `${generator}: ${body}`);
    const messages = post.warnings.map(({ message }) => message);
    assert.equal(messages.length, warning === undefined ? 0 : 1, `${body}: ${messages.join('; ')}`);
    if (warning !== undefined) assert.match(messages[0] ?? '', warning);
  }
}

test('comments go with their inside, over several paragraphs too', () => {
  const BETWEEN = '<p>a</p>\n<p>b</p>';
  tryRows([
    ['hugo', 'a\n\n{{% comment %}}\nsecret\n\n```\nsecret\n{{% /comment %}}\n\nb', BETWEEN],
    ['hugo', 'a\n\n{{< comment >}}secret{{< /comment >}}\n\nb', BETWEEN],
    ['hugo', 'a\n\n{{/* secret }} \n\n secret */}}\n\nb', BETWEEN],
    ['eleventy', 'a\n\n{#\n\nsecret\n\n#}\n\nb', BETWEEN],
    ['jekyll', 'a\n\n{::comment}\nsecret\n\nsecret\n{:/comment}\n\nb', BETWEEN],
    ['none', 'a\n\n%%\nsecret\n\n```\nsecret\n%%\n\nb', BETWEEN],
    ['none', '{#\n```\nsecret\n#}\n\na\n\n%%secret%%\n\nb', BETWEEN],
    ['none', 'a\n[//]: # (secret (secret) secret)\n\nb', BETWEEN],
    ['none', 'a\n\n[comment]: <> (secret\nsecret)\n\nb', BETWEEN],
    ['docusaurus', 'a\n\n{/* secret\n\nsecret */}\n\nb', BETWEEN],
    ['hugo', 'a <!-- secret\n\nsecret -->\n\nb', BETWEEN],
    ['none', '100%% of 50%% is `%%a%%`', '<p>100%% of 50%% is <code>%%a%%</code></p>'],
    ['none', '{% if x %}secret{% endif %}a', '<p>a</p>', /\{% if %\}.*with all until its end/],
    [
      'jekyll',
      '{% if x %}secret{% else %}secret{% endif %}a',
      '<p>a</p>',
      /with all until its end/,
    ],
    ['eleventy', '{% macro m(x) %}secret{% endmacro %}a', '<p>a</p>', /\{% macro %\}/],
    ['eleventy', '{% set x %}secret{% endset %}a', '<p>a</p>', /\{% set %\}/],
  ]);
});

test('braces are text where the site prints them, and code keeps what looks like a mark', () => {
  const text = 'Go prints {{ .Title }} and {% x %}.';
  for (const generator of ['hugo', 'astro', 'pelican', 'none'] as const) {
    tryRows([[generator, text, `<p>${text}</p>`]]);
  }
  tryRows([
    ['none', '<b>{% image "a.jpg" %}</b>c', '<p><b></b>c</p>', /\{% image %\}/],
    ['none', 'A map is {:name "Ada"}.', '<p>A map is {:name "Ada"}.</p>'],
    ['none', 'x:\n\n    {:a => 1}\n    {{ b }}', /<code>\{:a =&gt; 1\}\n\{\{ b \}\}/],
    ['jekyll', '<pre><code>{{ b }} {:c}</code></pre>', '<pre><code>{{ b }} {:c}</code></pre>'],
    ['jekyll', 'a {{ b }} c {{ d }}', '<p>a  c</p>', /\{\{ b \}\}/],
  ]);
});

test('formulas and escaped shortcodes stay as the site shows them', () => {
  tryRows([
    [
      'hugo',
      '`{{</* a */>}}` {{</* b */>}}',
      '<p><code>{{&lt; a &gt;}}</code> {{&lt; b &gt;}}</p>',
    ],
    ['none', '$\\hat{y}_{i} * z_{j} * w$', '<p>$\\hat{y}_{i} * z_{j} * w$</p>'],
    ['none', '$$\na_1 &= \\{b\\} \\\\\n$$', '<p>$$\na_1 &amp;= \\{b\\} \\\\\n$$</p>'],
    ['none', 'It costs $5 or *maybe* $6.', '<p>It costs $5 or <em>maybe</em> $6.</p>'],
  ]);
});

test('what a generator escapes is shown, and what it would run is reported in its own terms', () => {
  tryRows([
    [
      'zola',
      '{%/* quote() */%} {{/* youtube(id="a") */}}',
      '<p>{% quote() %} {{ youtube(id="a") }}</p>',
    ],
    ['eleventy', '{% verbatim %}{{ x }}{% endverbatim %}', '<p>{{ x }}</p>'],
    [
      'eleventy',
      '{% highlight "js" %}\na\n{% endhighlight %}',
      /^<pre><code class="language-js">a\s/,
    ],
    [
      'eleventy',
      '{% set x = 1 %}a',
      '<p>a</p>',
      /\{% set %\} is for a program that Broadsheet does not run/,
    ],
    ['vitepress', '{{ 1 + 1 }}a', '<p>a</p>', /is for a program that Broadsheet does not run/],
    ['none', '`{{</* a */>}}`', '<p><code>{{&lt; a &gt;}}</code></p>'],
    [
      'hugo',
      '{{% details title="S" %}}\n*x*\n{{% /details %}}',
      '<details><summary>S</summary>\n<p><em>x</em></p>\n</details>',
    ],
  ]);
});

test('how a site shows code and tables is no text', () => {
  for (const info of [
    'js{1,3}:line-numbers',
    'js,linenos',
    'js {linenos=table}',
    '{.js .x}',
    'js title="a.js"',
  ]) {
    tryRows([
      ['none', `\`\`\`${info}\nx\n\`\`\``, '<pre><code class="language-js">x\n</code></pre>'],
    ]);
  }
  tryRows([
    ['none', '```c++\nx\n```', '<pre><code class="language-c++">x\n</code></pre>'],
    [
      'hugo',
      'a | b\n--|--\n1 | 2\n{.table #x}',
      /<tr>\n<td>1<\/td>\n<td>2<\/td>\n<\/tr>\n<\/tbody>\n<\/table>$/,
    ],
  ]);
});

test('the marks of each Markdown are not text', () => {
  tryRows([
    ['jekyll', '* TOC\n{:toc}\n\na', '<p>a</p>'],
    ['jekyll', 'a\\\\\nb\n\n^\n\nc', '<p>a<br />\nb</p>\n<p>c</p>'],
    ['jekyll', '*[HMS]: Ship\n\nHMS Lark', '<p><abbr title="Ship">HMS</abbr> Lark</p>'],
    ['hugo', '## A {#b .c}', '<h2 id="b">A</h2>'],
    [
      'hugo',
      '> [!NOTE]\n> a',
      '<blockquote>\n<div><strong>Note</strong></div><p>a</p>\n</blockquote>',
    ],
    ['hugo', 'a\n: b', '<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>'],
    ['hugo', '- [x] a\n- [ ] b', '<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>'],
    ['hugo', 'a :tada: :b:', '<p>a 🎉 :b:</p>'],
    ['docusaurus', ':::note[A]\nb\n:::\n\nc', '<div><strong>A</strong></div>\n<p>b</p>\n<p>c</p>'],
    ['pelican', '!!! note "A"\n    b\n\nc', '<div><strong>A</strong></div>\n<p>b</p>\n<p>c</p>'],
    ['pelican', '[TOC]\n\na', '<p>a</p>'],
    ['vitepress', '[[toc]]\n\na', '<p>a</p>'],
    ['none', '[[A b|c]] H~2~O ==d==', '<p>c H<sub>2</sub>O <mark>d</mark></p>'],
  ]);
});

test('programs and components of MDX are not text, and code and prose stay', () => {
  tryRows(
    [
      ['astro', 'import {\n  A,\n} from "a"\n\nexport const m = {\n\n  a: 1,\n}\n\na', '<p>a</p>'],
      ['astro', '```js\nimport a from "b"\nexport {}\n```', /import a from "b"\nexport \{\}/],
      [
        'astro',
        'We\nimport salt and\nexport {"fish"}.',
        '<p>We\nimport salt and\nexport fish.</p>',
      ],
      ['astro', '<A b={c.d(x => x > 3)}>e</A>', '<p>e</p>', /<A> is a component/],
      ['astro', '<A>a</A> <A>b</A>', '<p>a b</p>', /<A>/],
      [
        'astro',
        '<details>\n  <summary>S</summary>\n\n  x\n</details>',
        '<details>\n<summary>S</summary>\n<p>x</p>\n</details>',
      ],
      ['astro', 'a <Image src={b} alt="c" />', '<p>a c</p>', /a picture that a program names/],
      ['astro', "<div style={{ color: 'red' }}>a</div>", '<div>a</div>'],
      ['docusaurus', '{/* secret */}\n\na {b.c} {d} e', '<p>a   e</p>', /a program of MDX/],
    ],
    '2026-03-20-a.mdx',
  );
});

test('Docusaurus reads Markdown as MDX, unless its config says that it is none', () => {
  const text = 'import A from "./a.js"\n\n:::tip\n\na {1} <A>b</A>\n\n:::';
  tryRows([
    ['docusaurus', text, '<div><strong>Tip</strong></div>\n<p>a 1 b</p>', /<A> is a component/],
    ['astro', '{1} <https://a.example/>', /^<p>\{1\} <a href/],
  ]);
  const inherited = () => ({ fields: {}, markdown: { isAllMdx: false } });
  tryRows([['docusaurus', '{1}', '<p>{1}</p>']], '2026-03-20-a.md', { inherited });
});

test('a picture that a program of MDX names is found beside the post', () => {
  const beside = (source: string) => (/boat\.png$/.test(source) ? picture('/boat.png') : undefined);
  const copyPicture = () => ({ url: 'https://quay.example/feeds/pictures/boat.png' });
  const start = "import boat from './boat.png';\nimport {A} from 'a'\n\n";
  const src = 'https://quay.example/feeds/pictures/boat.png';
  for (const [generator, tag] of [
    ['astro', '<Image src={boat} alt="B" />'],
    ['astro', '<img src={boat.src} alt="B" />'],
    ['docusaurus', '<img src={boat} alt="B" />'],
    ['docusaurus', '<img src={require(\'./boat.png\').default} alt="B" />'],
  ] as const) {
    const row: Row = [generator, start + tag, new RegExp(`^<img (?=.*alt="B").*src="${src}"`)];
    tryRows([row], '2026-03-20-a.mdx', { beside, copyPicture });
  }
  tryRows([
    [
      'docusaurus',
      '<img src={useBaseUrl("/b.png")} />',
      '<img src="https://quay.example/b.png" />',
    ],
  ]);
});

test('VitePress shows files of the site in a post, and braces where it is told to leave them', () => {
  const files = new Map([
    ['part.md', '---\na: b\n---\nOne *x* {{ y }}\n\n<!--@include: more/two.md-->\n'],
    ['more/two.md', 'Two\n\nThree\n'],
    ['@/src/a.js', 'a();\n  // #region b\n  b();\n  // #endregion b\n'],
  ]);
  const textOf = (name: string) => files.get(name);
  const code = (text: string, language = 'js') =>
    `<pre><code class="language-${language}">${text}\n</code></pre>`;
  tryRows(
    [
      [
        'vitepress',
        '<!--@include: ./part.md-->\n\nd',
        '<p>One <em>x</em></p>\n<p>Two</p>\n<p>Three</p>\n<p>d</p>',
        /\{\{ y \}\} is for a program.*\(in part\.md\)/,
      ],
      ['vitepress', '<!--@include: more/two.md{3,}-->', '<p>Three</p>'],
      ['vitepress', '`<!--@include: more/two.md-->`', /@include/],
      ['vitepress', '<!-- @include: ./no.md -->\n\nd', '<p>d</p>', /"no\.md", which is no file of/],
      ['vitepress', '<<< @/src/a.js#b{2 ts}', code('b();', 'ts')],
      ['vitepress', 'd\n\n<<< @/no.js', '<p>d</p>', /"@\/no\.js", which is no file of the site/],
      ['vitepress', '::: v-pre\n{{ a }}\n:::\n\n<b v-pre>{{ b }}</b>', /\{\{ a \}\}.*\{\{ b \}\}/s],
      ['vitepress', '{{ $frontmatter.title }}', '<p>Spring</p>'],
      [
        'vitepress',
        '::: code-group\n```js [pnpm]\na\n```\n:::',
        `<div><strong>pnpm</strong></div>${code('a')}`,
      ],
    ],
    '2026-03-20-a.md',
    { textOf },
  );
});

test('Pelican names the language of code in its first line, and pages and files in braces', () => {
  const code = '<pre><code class="language-python">print(1)\n</code></pre>';
  tryRows([
    ['pelican', '    :::python\n    print(1)', code],
    ['pelican', '    #!python\n    print(1)', code],
    ['pelican', '    #!/bin/sh\n    a', '<pre><code>#!/bin/sh\na\n</code></pre>'],
  ]);
  for (const [address, path] of [
    ['{index}', 'index.html'],
    ['{category}Old Town', 'category/old-town.html'],
    ['|tag|Sea%20Salt', 'tag/sea-salt.html'],
    ['{author}Ada Quill', 'author/ada-quill.html'],
    ['{static}../map.pdf#p2', 'map.pdf#p2'],
    ['{attach}map.pdf', 'map.pdf'],
  ]) {
    const html = `<p><a href="https://quay.example/${path}">a</a></p>`;
    tryRows([['pelican', `[a](${address})`, html]], 'town/2026-03-20-a.md');
  }
  const { image } = rendered('a', {
    settings: { generator: 'pelican' },
    frontMatter: 'image: "{static}/img/a.png"',
    context: { atRoot: (path) => picture(path, { width: 7 }) },
  });
  assert.deepEqual([image?.url, image?.width], ['https://quay.example/img/a.png', 7]);
});

test('quotes, dashes and dots are typographic where the generator prints them so', () => {
  const text = `"It's 'so'" -- or --- not... the '90s`;
  const usual = '<p>“It’s ‘so’” – or — not… the ’90s</p>';
  tryRows([
    ['jekyll', text, usual],
    ['hugo', text, usual],
    ['astro', '"a" -- b', '<p>“a” – b</p>'],
    ['eleventy', text, `<p>${text.replaceAll('"', '&quot;')}</p>`.replaceAll('&quot;', '"')],
    ['none', '"a" -- b', '<p>"a" -- b</p>'],
    ['jekyll', 'a <<b>>', '<p>a «b»</p>'],
    ['jekyll', '# "H"\n\n- a--b\n', '<h1>“H”</h1>\n<ul>\n<li>a–b</li>\n</ul>'],
    ['jekyll', '\\"a\\" \\-- b', '<p>"a" -- b</p>'],
  ]);
  // Code, formulas, addresses, attributes.
  tryRows([
    ['hugo', '`"a" -- b` <code>"c" -- d</code>', /"a" -- b<\/code> <code>"c" -- d</],
    ['hugo', '```\n"a" -- b\n```', /"a" -- b/],
    ['hugo', "$f'' = a--b$ and $g'$", /\$f'' = a--b\$ and \$g'\$/],
    ['hugo', 'https://a.example/x--y...z "q"', />https:\/\/a\.example\/x--y\.\.\.z<\/a> “q”/],
    ['hugo', '[a](/x--y "b -- c")', /href="[^"]*x--y" title="b -- c">a/],
    ['hugo', '<b title="a -- b">c -- d</b>', /<b title="a -- b">c – d/],
  ]);
  const { post } = parsedPost('---\ntitle: "It\'s -- so"\n---\nx', {
    settings: { generator: 'hugo' },
  });
  assert.equal(post.title, "It's -- so");
});

test('Markdown in elements of HTML is read where kramdown is told to', () => {
  tryRows([
    ['jekyll', '<div markdown="block">\n*a*\n</div>', '<div>\n<p><em>a</em></p>\n</div>'],
    ['jekyll', '<div markdown="span">\n*a*\n</div>', '<div>\n<em>a</em>\n</div>'],
    ['jekyll', '<div markdown="0">\n*a*\n</div>', '<div>\n*a*\n</div>'],
    ['jekyll', '<p markdown="1">*a*\nb</p>', '<p><em>a</em>\nb</p>'],
    [
      'jekyll',
      '<table>\n<tr><td>*b*</td>\n<td markdown="1">\n*a*\n</td>\n</tr>\n</table>',
      '<table>\n<tr><td>*b*</td>\n<td>\n<p><em>a</em></p>\n</td>\n</tr>\n</table>',
    ],
  ]);
  const inherited = () => ({ fields: {}, markdown: { parsesHtml: true } });
  tryRows(
    [
      [
        'jekyll',
        '<div>\n<section>\n*a*\n</section>\n</div>',
        '<div>\n<section>\n<p><em>a</em></p>\n</section>\n</div>',
      ],
      ['jekyll', '<pre>\n*a*\n</pre>', '<pre>\n*a*\n</pre>'],
    ],
    '2026-03-20-a.md',
    { inherited },
  );
});

test('shortcodes show what they can', () => {
  tryRows([
    [
      'hugo',
      '{{< figure src="/a.png" caption="C" alt="A" >}}',
      '<figure><img src="https://quay.example/a.png" alt="A" /><figcaption>C</figcaption></figure>',
    ],
    [
      'hugo',
      '{{< youtube a1 >}}',
      /<a href="https:\/\/www\.youtube\.com\/watch\?v=a1">youtube\.com/,
    ],
    ['zola', '{{ youtube(id="a1") }}', /<a href="https:\/\/www\.youtube\.com\/watch\?v=a1">/],
    ['hugo', '{{< highlight go "x" >}}\n{{ y }}\n{{< /highlight >}}', /"language-go">\{\{ y \}\}/],
    ['hugo', '[a]({{< ref "gone.md" >}})', /a/, /finds no post gone\.md/],
  ]);
});

test('nothing vanishes without a trace', () => {
  tryRows([
    [
      'none',
      '<iframe src="https://www.youtube.com/embed/a1" title="Film"></iframe>',
      '<a href="https://www.youtube.com/watch?v=a1">Film</a>',
      /shown as a link/,
    ],
    ['none', 'a <svg><title>B</title></svg> c', '<p>a B c</p>', /<svg>/],
    ['none', 'a <math><mi>x</mi></math>', '<p>a x</p>'],
    ['none', '![b](data:image/png;base64,AA==)', '<p><span>b</span></p>', /without a web address/],
    ['none', '<object data="/a"><b>c</b></object>', '<p><b>c</b></p>'],
    [
      'none',
      '<img src="data:image/gif;base64,R0" data-src="/b.jpg" alt="c">',
      '<img src="https://quay.example/b.jpg" alt="c" />',
    ],
    ['none', '<p hidden>secret <b>x</b></p>\n\n<p>a</p>', '<p>a</p>', /hides/],
    ['none', '<div style="display: none">secret</div>\n\na', '<p>a</p>', /hides/],
  ]);
});

test('links to the files of posts lead to their pages, below the path of the site', () => {
  const urlOf = (name: string) => (/^b(?:\.mdx?)?$/.test(name) ? '/b/' : undefined);
  for (const target of ['b.md', './b.md#x', '@/posts/b.md', '../posts/b.mdx', '/posts/b.md']) {
    const { html, warnings } = rendered(`[a](${target})`, {
      site: { url: 'https://quay.example/blog/' },
      context: { urlOf },
    });
    const part = target.includes('#') ? '#x' : '';
    assert.equal(html, `<p><a href="https://quay.example/blog/b/${part}">a</a></p>`, target);
    assert.deepEqual(warnings, []);
  }
  assert.match(rendered('[a](gone.md)').warnings[0]?.message ?? '', /"gone\.md", which is no post/);
});
