import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderMjml } from '../../src/editions/digest/render-mjml.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { type Message, makeTexts } from '../../src/kernel/texts.ts';
import { renderLiquid } from '../../src/templates/render-liquid.ts';

function liquid(source: string, scope: object = {}): string {
  return renderLiquid({ file: 'digest.txt', source }, scope, 'text');
}

function mjml(lines: readonly string[], scope: object = {}): Promise<string> {
  return renderMjml({ file: 'digest.mjml', source: lines.join('\n') }, scope);
}

function configError(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BroadsheetError);
    assert.equal(error.exitCode, EXIT.config);
    assert.match(error.message, message);
    return true;
  };
}

test('a value is escaped in HTML, and goes out as it is in text', () => {
  const template = { file: 't', source: '{{ value }}' };
  const scope = { value: `<script>"it's" & {{ more }}` };
  assert.equal(
    renderLiquid(template, scope, 'html'),
    '&lt;script&gt;&#34;it&#39;s&#34; &amp; {{ more }}',
  );
  assert.equal(renderLiquid(template, scope, 'text'), scope.value);
});

test('a template is parsed once, and anew when its file has another text; each time it sees its own values', () => {
  for (const name of ['Ada', 'Bob'])
    assert.equal(liquid('Hello {{ name }}', { name }), `Hello ${name}`);
  assert.equal(liquid('Bye {{ name }}', { name: 'Ada' }), 'Bye Ada');
  assert.equal(liquid('{% assign n = 1 %}{{ n }}'), '1');
  assert.throws(() => liquid('{{ n }}'), configError(/n/));
});

test('a name that is not known is an error with file, line and column', () => {
  assert.throws(
    () => liquid('one\n{{ lead.titel }}', { lead: { title: 'x' } }),
    configError(/^digest\.txt:2:\d+ .*titel/),
  );
});

test('a tag that is not closed, a tag and a filter that are not known are errors with their line', () => {
  assert.throws(() => liquid('\n\n{% if a %}'), configError(/^digest\.txt:3:1 /));
  assert.throws(() => liquid('\n{% fetch "x" %}'), configError(/^digest\.txt:2:1 .*fetch/));
  assert.throws(
    () => liquid('{{ a | shout }}', { a: 1 }),
    configError(/^digest\.txt:1:\d+ .*shout/),
  );
});

test('a template reads no file and no prototype', () => {
  assert.throws(() => liquid('{% include "/etc/passwd" %}'), configError(/^digest\.txt:1:1 /));
  assert.throws(() => liquid('{% render "../package.json" %}'), configError(/^digest\.txt:1:1 /));
  assert.throws(() => liquid('{{ a.constructor.name }}', { a: {} }), configError(/constructor/));
});

test('a template that would run for ever is stopped', () => {
  const source = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}';
  assert.throws(() => liquid(source), configError(/limit/));
});

test('a colour or picture filter on nonsense is told, not crashed on', () => {
  assert.throws(
    () => liquid('{{ nothing | fit: 1, 2 }}', { nothing: null }),
    configError(/^digest\.txt:1/),
  );
});

test('what MJML does not know is an error with the line of the template, after loops too', async () => {
  const source = [
    '<mjml><mj-body>',
    '  {% for n in (1..3) %}',
    '  <mj-section><mj-column>',
    '    <mj-text colour="red">{{ n }}</mj-text>',
    '  </mj-column></mj-section>',
    '  {% endfor %}',
    '  <mj-sektion></mj-sektion>',
    '</mj-body></mjml>',
  ];
  await assert.rejects(
    mjml(source),
    configError(/^digest\.mjml:4 .*colour.*\ndigest\.mjml:7 .*mj-sektion/),
  );
});

test('a document that is no MJML is an error', async () => {
  await assert.rejects(mjml(['']), configError(/^digest\.mjml/));
  await assert.rejects(mjml(['<html>']), configError(/^digest\.mjml/));
});

test('files that a template includes are not read', async () => {
  const html = await mjml([
    '<mjml><mj-body><mj-include path="package.json" type="html" /></mj-body></mjml>',
  ]);
  assert.doesNotMatch(html, /dependencies/);
});

test('no web font is loaded', async () => {
  const html = await mjml([
    '<mjml><mj-body><mj-section><mj-column><mj-text font-family="Roboto">x</mj-text></mj-column></mj-section></mj-body></mjml>',
  ]);
  assert.doesNotMatch(html, /fonts\.googleapis/);
});

test('a text of the language file has values in place, and is escaped as a whole', () => {
  const messages = new Map<string, Message>([
    ['hello', 'Hello & welcome, {name}'],
    ['days', { one: '{count} day', other: '{count} days' }],
  ]);
  const scope = { name: '<b>', texts: makeTexts('en', [{ language: 'en', messages }]) };
  const source = "{{ 'hello' | t: name: name }}, {{ 'days' | t: count: 1 }}";
  assert.equal(
    renderLiquid({ file: 't', source }, scope, 'html'),
    'Hello &amp; welcome, &lt;b&gt;, 1 day',
  );
  assert.throws(
    () => liquid("{{ 'helo' | t }}", scope),
    configError(/^digest\.txt:1:\d+ .*no text is called helo/),
  );
});

test('a document is the same as that of the whole mjml, also with styles to inline and attributes of its own', async () => {
  const styles = '<mj-style inline="inline">.b { color: blue }</mj-style>';
  const attributes =
    '<mj-html-attributes><mj-selector path=".b"><mj-html-attribute name="data-id">4</mj-html-attribute></mj-selector></mj-html-attributes>';
  const text = '<mj-text css-class="b">Ä &amp; <br/> b</mj-text>';
  const body = `<mj-section><mj-column>${text}</mj-column></mj-section>`;
  for (const head of [attributes, styles, styles + attributes, '']) {
    const source = `<mjml><mj-head>${head}</mj-head><mj-body>${body}</mj-body></mjml>`;
    const ours = await mjml([source]);
    assert.equal(ours.includes('color: blue'), head.includes(styles));
    assert.equal(ours.includes('data-id="4"'), head.includes(attributes));
    const whole = execFileSync(process.execPath, ['-e', WHOLE, source], { cwd: ROOT });
    assert.equal(
      ours,
      whole
        .toString()
        .replace(/\s*\n\s*/g, '\n')
        .trim(),
    );
  }
});

const ROOT = join(import.meta.dirname, '../..');
/** Another process loads mjml as it is. */
const WHOLE = `require('mjml')(process.argv[1], { fonts: {}, keepComments: false })
  .then(({ html }) => process.stdout.write(html))`;
