import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PLACEHOLDERS } from '../../../src/editions/edition.ts';
import { editionOf, pageOf } from './samples.ts';

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

test('whatever a mail is made of, its page has its head and its policy, and names nobody', () => {
  fc.assert(
    fc.property(mail, (html) => {
      const page = pageOf(editionOf(html));
      assert.doesNotMatch(page.html + page.css, /slot/i);
      assert.match(page.html, /^<!DOCTYPE html>\n.*\n<head>\n.*\n<meta http-equiv="content-sec/);
      assert.match(page.html, /<\/footer>\n<\/body>\n<\/html>\n$/);
    }),
    { numRuns: 2_000 },
  );
});
