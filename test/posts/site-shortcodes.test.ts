import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readShortcodes } from '../../src/posts/files/site-files.ts';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type GivenRender, rendered } from './posts.ts';

const TEMPLATES = {
  note: '<aside>\n  {% if title %}\n\n    <strong>{{ title | escape }}</strong>\n  {% endif %}\n  {{ inner }}\n</aside>\n',
  key: '<kbd>{{ args[0] }}</kbd>',
  see: '<a href="{{ page.url }}#{{ to }}">{{ inner }}</a>',
  all: '<p>{{ args | join: "+" }} {{ a }} {{ b }} {{ page.mood }} {{ site.title }}</p>',
  code: '<pre>{{ source | escape }}</pre>',
  path: '{{ "/files/" }}\n{{ args[0] }}',
  'media/film': '<p>Film {{ id }}</p>',
  figure: '<p>Own figure</p>',
  Box: '<section>{{ inner }}{% if open %} open{% endif %}{{ n }}</section>',
  'my-chart': '<p>Chart of {{ data }}</p>',
  bad: '<p>\n{{ inner | nope }}</p>',
  worse: '<p>\n\n{% nope %}',
  evil: '<script>x</script><p onclick="x">y</p>',
};

type Row = readonly [generator: GeneratorId | undefined, body: string, html: string];

function show(body: string, given: GivenRender & { readonly liquid?: 'render' } = {}) {
  const shortcodes = new Map(
    Object.entries(TEMPLATES).map(([name, text]) => [
      name,
      { file: `shortcodes/${name}.liquid`, text },
    ]),
  );
  const { html, warnings, excerpt } = rendered(body, {
    ...given,
    context: { shortcodes, ...given.context },
    settings: { ...given.settings, ...(given.liquid && { liquid: given.liquid }) },
  });
  const flat = html.replace(/\s*\n\s*/g, '');
  return { html: flat, excerpt, warnings, messages: warnings.map(({ message }) => message) };
}

function tryRows(rows: readonly Row[], given: Parameters<typeof show>[1] = {}): void {
  for (const [generator, body, html] of rows) {
    const shown = show(body, { ...given, settings: { generator } });
    assert.equal(shown.html, html, `${generator}: ${body}`);
    assert.deepEqual(shown.messages, [], body);
  }
}

const NOTE = '<aside><strong>A &amp; B</strong><p>One <em>x</em></p><p>two</p></aside>';

test('a template shows a shortcode with its arguments and its text, in the words of each generator', () => {
  tryRows(
    [
      ['hugo', 'a {{< key "Ctrl" >}} b', '<p>a <kbd>Ctrl</kbd> b</p>'],
      ['hugo', '{{% note title="A & B" %}}\nOne *x*\n\ntwo\n{{% /note %}}', NOTE],
      ['hugo', '{{< note `A` />}}\n\nb', '<aside></aside><p>b</p>'],
      ['hugo', '{{< media/film id=7 >}}', '<p>Film 7</p>'],
      [
        'hugo',
        '[a]({{< path "x.pdf" >}})',
        '<p><a href="https://quay.example/files/x.pdf">a</a></p>',
      ],
      ['hugo', '{% key "x" %}', '<p>{% key “x” %}</p>'],
      ['hugo', '`{{< key >}}`', '<p><code>{{&lt; key &gt;}}</code></p>'],
      ['zola', '{% note(title="A & B") %}\nOne *x*\n\ntwo\n{% end %}', NOTE],
      ['zola', 'a {{ key("b") }}', '<p>a <kbd>b</kbd></p>'],
      ['zola', '{{ all(a=[1, 2], b=true) }}', '<p> 12 true calm The Quay</p>'],
      ['eleventy', '{% note title="A & B" %}\nOne *x*\n\ntwo\n{% endnote %}', NOTE],
      [
        'eleventy',
        '{% all "x", 3, mood, { a: page.title, b: "y" } %}',
        '<p>x+3+calm Spring y calm The Quay</p>',
      ],
      ['jekyll', '{% key Ctrl %}', '<p><kbd>Ctrl</kbd></p>'],
      ['docusaurus', '<Box n={3} open>*a*</Box>', '<section><em>a</em> open3</section>'],
      [
        'vitepress',
        'a\n\n<my-chart data="/t.csv"/>\n\nb',
        '<p>a</p><p>Chart of /t.csv</p><p>b</p>',
      ],
      [undefined, '{{< figure src="a.png" >}}', '<p>Own figure</p>'],
    ],
    { frontMatter: 'mood: calm' },
  );
});

test('shortcodes inside of each other, in lists and in quotes keep their places', () => {
  tryRows(
    [
      [
        'hugo',
        '{{< note >}}\na {{< key "b" >}}\n\n{{< note >}}c{{< /note >}}\n{{< /note >}}',
        '<aside><p>a <kbd>b</kbd></p><aside>c</aside></aside>',
      ],
      [
        'hugo',
        '- a\n\n  {{< note >}}\n  - b\n  {{< /note >}}\n- c',
        '<ul><li><p>a</p><aside><ul><li>b</li></ul></aside></li><li><p>c</p></li></ul>',
      ],
      [
        'hugo',
        '{{< note >}}\n[a][b]\n{{< /note >}}\n\n[b]: /c/',
        '<aside><p><a href="https://quay.example/c/">a</a></p></aside>',
      ],
      [
        'hugo',
        '{{< code >}}\n{{< key "a" >}} **b**\n{{< /code >}}',
        '<pre><kbd>a</kbd> **b**</pre>',
      ],
      ['hugo', '{{< key "a" >}}{{< /note >}}{{< key "b" >}}', '<p><kbd>a</kbd><kbd>b</kbd></p>'],
      [
        'astro',
        '<Box>\n\n<Box>a</Box>\n\n  <Other>b</Other>\n</Box>',
        '<section><section>a</section><p>b</p></section>',
      ],
    ],
    { file: '2026-03-20-a.md' },
  );
});

test('components of MDX are shown by their templates, without a warning', () => {
  tryRows(
    [
      [
        'astro',
        'import Box from "./b"\n\n<Box title={`x`} open={false}>\n\n- a\n\n</Box>',
        '<section><ul><li>a</li></ul></section>',
      ],
      ['docusaurus', 'a <Box n={1.5} /> {/* <Box/> */}', '<p>a </p><section>1.5</section>'],
    ],
    { file: '2026-03-20-a.mdx' },
  );
});

test('Liquid in a post gives shortcodes its variables, and renders the text in them', () => {
  const { html, messages } = show(
    '{% assign who = "Ada" %}{% for n in page.list %}{% key n %}{% endfor %}\n\n{% note title: who %}\n{{ who | upcase }}\n{% endnote %}\n\n{{< key "{{ b }}" >}}',
    { frontMatter: 'list: [1, 2]', liquid: 'render' },
  );
  assert.equal(
    html,
    '<p><kbd>1</kbd><kbd>2</kbd></p><aside><strong>Ada</strong><p>ADA</p></aside><p><kbd>{{ b }}</kbd></p>',
  );
  assert.deepEqual(messages, []);
});

test('a template that fails shows nothing, and is reported once with its file and line', () => {
  const { html, warnings } = show('a\n\n{{< bad >}}b{{< /bad >}}\n\n{{< bad >}}\n\n{{< worse >}}');
  assert.equal(html, '<p>a</p>');
  assert.deepEqual(
    warnings.map(({ line, message }) => `${line}  ${message}`),
    [
      '7  {{< bad >}} shows nothing: shortcodes/bad.liquid:2  undefined filter: nope; correct that file (2 times)',
      '11  {{< worse >}} shows nothing: shortcodes/worse.liquid:3  tag "nope" not found; correct that file',
    ],
  );
});

test('what a template makes is sanitised, and is part of the excerpt', () => {
  const { html, excerpt } = show('{{< evil >}}');
  assert.equal(html, '<p>y</p>');
  assert.equal(excerpt, 'y');
});

test('a shortcode without a template is reported with the file that would show it', () => {
  const [hugo] = show('{{< cube >}}').messages;
  assert.match(
    hugo ?? '',
    /^\{\{< cube >\}\} is not known to Broadsheet; cube\.liquid in posts\.shortcodes can show it; it is left out/,
  );
  for (const [generator, body] of [
    ['zola', '{{ cube(a=1) }}'],
    ['jekyll', '{% cube %}'],
  ] as const) {
    const { messages } = show(body, { settings: { generator } });
    assert.match(messages.join(), /is not known to Broadsheet; cube\.liquid/);
  }
});

test('templates are read from their folder and the folders in it, and from nowhere else', (t) => {
  const folder = temporaryFolder(t, {
    'secret.liquid': 's',
    'shortcodes/note.liquid': 'n',
    'shortcodes/media/film.liquid': 'f',
    'shortcodes/readme.md': 'r',
    'shortcodes/.hidden.liquid': 'h',
  });
  symlinkSync('../secret.liquid', join(folder, 'shortcodes/link.liquid'));
  mkdirSync(join(folder, 'shortcodes/folder.liquid'));
  writeFileSync(join(folder, 'shortcodes/empty.liquid'), '');
  assert.deepEqual(
    [...readShortcodes(join(folder, 'shortcodes'))],
    [
      ['empty', { file: 'shortcodes/empty.liquid', text: '' }],
      ['media/film', { file: 'shortcodes/media/film.liquid', text: 'f' }],
      ['note', { file: 'shortcodes/note.liquid', text: 'n' }],
    ],
  );
  assert.equal(readShortcodes(join(folder, 'none')).size, 0);
});
