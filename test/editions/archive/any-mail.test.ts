import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'parse5';
import { renderEditionPage } from '../../../src/editions/archive/edition-page.ts';
import { type Element, elementsIn } from '../../../src/editions/archive/html-tree.ts';
import { PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { editionOf, pageInput } from './samples.ts';

/** What mails are made of, and what is made to hurt, in any order and nesting. */
const PIECES = [
  ...[
    '<table>',
    '</table>',
    '<tr>',
    '<td style="color:red">',
    '</td>',
    '<p>',
    '</p>',
    '<div>',
    '</div>',
  ],
  ...[
    '<b>',
    '</b>',
    '<h1>',
    '<a href="https://x.example/">',
    '</a>',
    '<img src="a.png" onerror="x()">',
  ],
  ...['<script>x()</script>', '<script>', '</script>', '<style>p { color: red }', '</style>'],
  ...['<svg>', '<math>', '<mtext>', '<mglyph>', '<foreignObject>', '</svg>', '<title>', '</title>'],
  ...['<set attributeName="href" to="javascript:x()">', '<a xlink:href="javascript:x()">'],
  ...['<xmp>', '<plaintext>', '<noscript>', '<noembed>', '<textarea>', '<template>', '<select>'],
  ...[
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE html>',
    '<html lang="cy" onload="x()">',
    '<body onload="x()">',
  ],
  ...['<iframe srcdoc="<script>x()</script>">', '<base href="//x.example/">', '<form action="/">'],
  ...[
    '<a href="java&#10;script:x()">',
    '<p style="}</style><script>x()</script>">',
    '</main>',
    '</body>',
    '<head>',
  ],
  ...[
    PLACEHOLDERS.address,
    `<a href="${PLACEHOLDERS.unsubscribeUrl}">`,
    `<p title="${PLACEHOLDERS.address}">`,
    'words',
    '&lt;script&gt;',
    '"',
    '<',
  ],
];

const mail = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 25 })
  .map((pieces) => pieces.join(''));

test('whatever a mail is made of, its page is one page, runs nothing, and names nobody', () => {
  fc.assert(
    fc.property(mail, (html) => {
      const page = renderEditionPage(pageInput(editionOf(html)));
      assert.doesNotMatch(page.html + page.css, /slot/i);
      // As a browser reads it, which may not be how it was written.
      const elements = elementsIn(parse(page.html));
      const named = (name: string) => elements.filter(({ tagName }) => tagName === name).length;
      assert.deepEqual(
        [named('main'), named('footer'), named('title'), named('link')],
        [1, 1, 1, 3],
      );
      assert.deepEqual(
        elements.filter(isActive).map(({ tagName }) => tagName),
        [],
      );
    }),
    { numRuns: 2_000 },
  );
});

function isActive({ tagName, attrs }: Element): boolean {
  return (
    /^(script|style|iframe|base|form|svg|math|template|object|embed)$/.test(tagName) ||
    attrs.some(
      ({ name, value }) =>
        /^on|^style$|^srcdoc$/.test(name) ||
        /^\s*javascript:/i.test(value.replace(/[\0-\x20]/g, '')),
    )
  );
}
