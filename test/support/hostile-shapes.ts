import { repeated, type Shape } from './scaling.ts';

/** What makes parsers look back or ahead when there is much of it. */
const UNITS: readonly string[] = [
  ...['<', '[', '{', '{{', '{%', '`', '*', '**', '_', '~~', '&', '&amp;', '\\', '"', "'", '|', '#'],
  ...['\n', '\n\n', '\t', ' ', '  \n', '\r', '\0', '\u200b', '\u0301', 'é', '中', '😀', '\ud800'],
  ...['a', 'a ', 'a\n', '> ', '>', '> > ', '\n> a', '- ', '- a\n', '  - a\n', '1. ', '* * ', '# '],
  ...['``` \n', '```', '~~~\n', '``', '`a`', '`` `', '$$', '===\n', '---\n', '+++\n', 'a\n---\n'],
  ...['![', '](', '[](', '[]()', '[a](', '[a](<', '[a]("', '![a](b', '[a][', '][', '[[', '[a]: '],
  ...['[a]: b\n', '[a]: b "\n', '[^', '[^a]', '^[', '[^1][^1]', '[^a]: x\n', '[^a]: x [^a]\n'],
  ...[
    '**a*',
    '*a_',
    '_*',
    '*a **b ',
    'a**b',
    '_a*b~~c',
    '**</p>',
    '| a |\n',
    '|-|\n',
    'a|b\n-|-\n',
  ],
  ...[
    '<!--',
    '<!-- ',
    'a <!-- -',
    '<!-- more',
    '<?',
    '<!A',
    '<![CDATA[',
    '</',
    '<!--\n\n',
    '<?\n\n',
  ],
  ...['<b>', '<b', '<b>x</b>', '<p>', '</p>', '<p><b>', '<p></p>', '<p ', '<p hidden>', '<div>'],
  ...[
    '<div>\n\n',
    '<br>',
    '<a ',
    '<a>',
    '<a></a>',
    '<a href="',
    '<a href=x>',
    '<img src="',
    '<img>',
  ],
  ...[
    '<img src=x>',
    '<iframe>',
    '<script>',
    '<style>',
    '<svg>',
    '<math>',
    '<textarea>',
    '<select>',
  ],
  ...['<title>', '<xmp>', '<table>', '<td>', '<li>', '<h1>', '<details>', '<sup>', '<sup'],
  ...[
    '<span id="#fn',
    '#fn',
    '<sup><a href="#fn',
    '<p markdown=1',
    ' markdown=1',
    '<a markdown=1 ',
  ],
  ...['{:a', '{: .a}', '{:a "', "{:a'", "{:a{:a'", '`a` {: .a} ', '` {: .a}\n\n', '{::', '{:/}'],
  ...['{/*', '{/* more', '{{<', '{{< a >}}', '{% raw %}', '{% comment %}', '{% a %}', '%}', '}}'],
  ...[
    'http://',
    'http://a',
    'https://a.b/(',
    '[]()http://a[]',
    'www.',
    'a@',
    'mailto:',
    '&#x',
    '&lt;',
  ],
  ...[
    'a: b\n',
    'a: [',
    'a: {',
    '- - ',
    ': ',
    'a:\n  ',
    '&a ',
    '*a ',
    '!a ',
    'title: x\n',
    'Update: ',
  ],
];

const half = (length: number) => Math.ceil(length / 2);
const list = (count: number, line: (at: number) => string) =>
  Array.from({ length: Math.ceil(count) }, (_, at) => line(at)).join('');

/** Shapes that are more than a repetition. */
const STRUCTURES: Readonly<Record<string, Shape>> = {
  'a heading of blanks': (length) => `# a${' '.repeat(length)}x\n`,
  'a key of blanks': (length) => `a${' '.repeat(length)}b: c`,
  'many fragments of a note': (length) =>
    `<sup><a href="${'#fn'.repeat(length / 3)}">x<b>y</b></a></sup>`,
  'brackets in brackets': (length) => '['.repeat(half(length)) + ']'.repeat(half(length)),
  'pictures in pictures': (length) => '!['.repeat(length / 5) + '](a)'.repeat(length / 5),
  'stars around a letter': (length) => `${'*'.repeat(half(length))}a${'*'.repeat(half(length))}`,
  'elements in elements': (length) => '<b>'.repeat(length / 7) + '</b>'.repeat(length / 7),
  'longer and longer marks': (length) =>
    list(Math.sqrt(2 * length), (at) => `${'`'.repeat(at + 1)} `),
  'deeper and deeper lists': (length) =>
    list(length / 54, (at) => `${' '.repeat((2 * at) % 100)}- a\n`),
  'quotes forty deep': (length) => `${'>'.repeat(40)} a\n`.repeat(length / 42),
  'a wide table': (length) =>
    `${'|a'.repeat(length / 8)}\n${'|-'.repeat(length / 8)}\n${'|\n'.repeat(length / 4)}`,
  'many notes': (length) =>
    list(length / 30, (at) => `[^${at}]`) + list(length / 30, (at) => `\n\n[^${at}]: a\n`),
  'notes in notes': (length) => list(length / 24, (at) => `[^${at}]: a [^${at + 1}]\n\n`),
  'many references': (length) =>
    list(length / 14, (at) => `[a${at}]: b\n`) + '[a1]'.repeat(length / 14),
  'a long comment': (length) => `a <!--${'-'.repeat(length)}`,
  'a tag of blanks': (length) => `a <a${' '.repeat(length)}`,
  'many attributes': (length) => `<a ${list(length / 8, (at) => `a${at}=b `)}>x</a>`,
  'a srcset of commas': (length) => `<img src=x srcset="${'a, '.repeat(length / 3)}">`,
  'an address of dots': (length) => `<a href="${'../'.repeat(length / 3)}">x</a>`,
  'a paragraph': (length) => 'word '.repeat(length / 5),
};

/** Hostile texts of any length, by what they are made of. */
export const HOSTILE_SHAPES: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(UNITS.map((unit) => [JSON.stringify(unit), repeated(unit)])),
  ...STRUCTURES,
};
