import assert from 'node:assert/strict';
import test from 'node:test';
import { type GivenRender, rendered } from './posts.ts';

const off = (body: string, given: GivenRender = {}) => rendered(body, given);
const JEKYLL: GivenRender = { settings: { generator: 'jekyll' } };
const render = (body: string, given: GivenRender = {}) =>
  rendered(body, { ...given, settings: { liquid: 'render' } });
const messages = ({ warnings }: ReturnType<typeof rendered>) =>
  warnings.map(({ message }) => message);

test('with Liquid off, tags and output are left out of the text and reported with their line', () => {
  const post = off(
    'One {{ page.x }} two.\n\n{% image "a.jpg" "A *boat*" %}\n\n[home]({{ site.url }}/home/)',
    JEKYLL,
  );
  assert.equal(post.html, '<p>One  two.</p>\n<p><a href="https://quay.example/home/">home</a></p>');
  assert.deepEqual(
    post.warnings.map(({ file, line }) => [file, line]),
    [
      ['2026-03-20-spring.md', 5],
      ['2026-03-20-spring.md', 7],
    ],
  );
  assert.match(messages(post)[1] ?? '', /\{% image %\} is not known to Broadsheet/);
});

test('with Liquid off, code keeps what looks like tags', () => {
  const post = off('Use `{{ name }}`:\n\n```\n{% if x %}\n```\n\n~~~\n{{ y }}\n~~~\n');
  assert.match(post.html, /<code>\{\{ name \}\}<\/code>/);
  assert.match(post.html, /\{% if x %\}/);
  assert.match(post.html, /\{\{ y \}\}/);
  assert.deepEqual(post.warnings, []);
});

test('each raw and each comment ends at its own end, and one without an end is the tag alone', () => {
  const post = off(
    '{% raw %}{{ a }}{% endraw %}b{% raw %}{{ c }}{% endraw %}d{% comment %}e{% endcomment %}f{% comment %}g{% raw %}h',
  );
  assert.equal(post.html, '<p>{{ a }}b{{ c }}dfgh</p>');
});

test('with Liquid off, what is raw is text, comments are nothing, highlights are code', () => {
  const post = off(
    '{% raw %}{{ a }}{% endraw %} {% comment %}secret{% endcomment %}b\n\n{% highlight ruby %}\nputs 1\n{% endhighlight %}',
  );
  assert.match(post.html, /<p>\{\{ a \}\} b<\/p>/);
  assert.match(post.html, /<code class="language-ruby">puts 1/);
  assert.deepEqual(post.warnings, []);
});

test('shortcodes of Hugo are left out and reported, with any config', () => {
  for (const post of [
    off('A {{< cube side="3" >}} b {{% note %}}c{{% /note %}}{{< cube >}}'),
    render('A {{< cube side="3" >}} b {{% note %}}c{{% /note %}}{{< cube >}}'),
  ]) {
    assert.equal(post.html, '<p>A  b c</p>');
    assert.equal(post.warnings.length, 2);
    assert.match(
      messages(post)[0] ?? '',
      /\{\{< cube >\}\} is not known .*; it is left out of the text \(2 times\)/,
    );
  }
});

test('Liquid knows the site and the page', () => {
  const post = render(
    '{{ site.title }} {{ site.url }}{{ site.baseurl }}/x {{ page.title }} {{ page.mood }} {{ page.date | date: "%Y-%m-%d %H:%M" }} {{ page.tags | join: "+" }}',
    {
      frontMatter: 'mood: calm\ntags: [a, b]\ndate: 2026-07-14 09:30',
      site: { url: 'https://quay.example/b/' },
    },
  );
  assert.match(
    post.html,
    /The Quay .*https:\/\/quay\.example\/b\/x.* Spring calm 2026-07-14 09:30 a\+b/,
  );
});

test('"now" is the date of the post, so that two builds say the same', () => {
  assert.equal(
    render('{{ "now" | date: "%Y" }} {{ "today" | date: "%j" }}').html,
    '<p>2026 079</p>',
  );
});

test('post_url and link lead to the page; one that leads nowhere is reported', () => {
  const urlOf = (name: string) => (name.includes('tide') ? '/2026/01/01/tide.html' : undefined);
  const post = render(
    '[a]({% post_url 2026-01-01-tide %}) [b]({% link _posts/2026-01-01-tide.md %}#x) [c]({% link files/a.pdf %}) [d]({% post_url gone %})',
    { context: { urlOf } },
  );
  assert.equal(
    post.html,
    '<p><a href="https://quay.example/2026/01/01/tide.html">a</a> <a href="https://quay.example/2026/01/01/tide.html#x">b</a> <a href="https://quay.example/files/a.pdf">c</a> d</p>',
  );
  assert.deepEqual(messages(post), [
    '{% post_url %} finds no post gone; it is left out of the text',
  ]);
});

test('include reads its file with its parameters, and nothing else', () => {
  const include = (name: string) =>
    name === 'note.html' ? '<b>{{ include.text }}</b>{% nope %}' : undefined;
  const post = render(
    '{% include note.html text="Hi" %} {% include ../secret.md %} {% include "gone.html", a: 1 %}.',
    { context: { include } },
  );
  assert.equal(post.html, '<p><b>Hi</b>  .</p>');
  assert.equal(post.warnings.length, 3);
});

test('files that include each other without end are reported, and end', () => {
  const include = () => '{% include self.html %}{% include self.html %}';
  const post = render('A {% include self.html %} b', { context: { include } });
  assert.match(post.html, /^<p>A\s+b<\/p>$/);
  assert.ok(post.warnings.length > 0);
});

test('an unknown tag or filter is left out and reported with file and line', () => {
  const post = render(
    'One.\n\n{% image "a.jpg" %}\n\n{{ "erica" | team_photo }} two{% cube %} three{% endcube %}',
  );
  assert.equal(post.html, '<p>One.</p>\n<p>two three</p>');
  assert.deepEqual(
    post.warnings.map(({ line }) => line),
    [7, 9, 9],
  );
  assert.match(messages(post)[1] ?? '', /team_photo/);
});

test('filters of Jekyll and Eleventy are known', () => {
  const given = { site: { url: 'https://quay.example/b/' } };
  assert.equal(
    render(
      '{{ "/a" | relative_url }} {{ "/a" | absolute_url }} {{ "/a" | url }} {{ "A b" | slugify }}',
      given,
    ).html,
    '<p>/b/a <a href="https://quay.example/b/a">https://quay.example/b/a</a> /b/a a-b</p>',
  );
});

test('Liquid that cannot be read leaves all tags out, and says why and where', () => {
  const post = render('One.\n\n{% if page.title %}two {{ page.title }}.');
  assert.equal(post.html, '<p>One.</p>\n<p>two .</p>');
  assert.equal(post.warnings[0]?.line, 7);
});

test('a template cannot reach what is not its own, nor take the machine', () => {
  assert.equal(render('{{ page.constructor.name }}{{ site.__proto__ }}x').html, '<p>x</p>');
  for (const body of [
    '{% for i in (1..1000000000) %}x{% endfor %}',
    '{% assign a = "xxxxxxxxxx" %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
  ]) {
    const post = render(body);
    assert.match(messages(post)[0] ?? '', /Liquid stops here/);
    assert.doesNotMatch(post.html, /\{/);
  }
});

test('braces that are no marks stay', () => {
  for (const post of [off('A { b } {x} {{ c and 50 % }.'), render('A { b } {x} 50 %}.')]) {
    assert.match(post.html, /A \{ b \} \{x\}/);
    assert.deepEqual(post.warnings, []);
  }
});
