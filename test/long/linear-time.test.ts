import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from '../../src/cli/start/redact.ts';
import { openingOf } from '../../src/editions/digest/opening-of.ts';
import { shorten } from '../../src/editions/digest/shorten.ts';
import { cleanText } from '../../src/kernel/clean-text.ts';
import { oneLine } from '../../src/kernel/one-line.ts';
import { slugify } from '../../src/kernel/slugify.ts';
import { permalinkPath } from '../../src/posts/addresses/permalink.ts';
import {
  mendExcerpt,
  openingHtml,
  openingParagraph,
  splitAtMore,
} from '../../src/posts/excerpt.ts';
import { findFences } from '../../src/posts/front-matter/fences.ts';
import { withoutAddress, withoutMarkup } from '../../src/posts/front-matter/plain-words.ts';
import { JEKYLL_STYLE } from '../../src/posts/generators/jekyll.ts';
import { waysOf } from '../../src/posts/generators/site-generators.ts';
import { absoluteSrcset, absoluteUrl } from '../../src/posts/markdown/absolute-url.ts';
import { codeRanges } from '../../src/posts/markdown/code-ranges.ts';
import { plainText } from '../../src/posts/markdown/plain-text.ts';
import { renderMarkdown } from '../../src/posts/markdown/render-markdown.ts';
import { dropEmptyElements, tooMuchHtml } from '../../src/posts/markdown/sanitise-html.ts';
import { bodyBelowTitle, markBody, titleOf } from '../../src/posts/parse-post.ts';
import { titleKeys } from '../../src/posts/stories/group-stories.ts';
import { sketchBody } from '../../src/posts/stories/sketch.ts';
import { findMarks } from '../../src/posts/templates/template-marks.ts';
import { wrapText } from '../../src/templates/wrap-text.ts';
import { parsed, rendered } from '../posts/posts.ts';
import { HOSTILE_SHAPES } from '../support/hostile-shapes.ts';
import { superlinear } from '../support/scaling.ts';

/** Every step that reads the text of a post, or a part of it, and how long a text it is first given. */
const STEPS: Readonly<Record<string, readonly [length: number, step: (text: string) => unknown]>> =
  {
    'front matter fences': [40_000, (text) => findFences(`---\n${text}`)],
    'front matter': [20_000, (text) => parsed(`---\n${text}\n---\nText.\n`)],
    'front matter of one long line': [
      20_000,
      (text) => parsed(`---\na${text.replace(/\n/g, ' ')}\n---\n`),
    ],
    'fields of TOML': [20_000, (text) => parsed(`+++\n${text}\n+++\nText.\n`)],
    'fields of JSON': [20_000, (text) => parsed(`---json\n${text}\n---\nText.\n`)],
    'every field': [
      10_000,
      (text) => FIELDS.map((name) => parsed(`---\n${name}: ${JSON.stringify(text)}\n---\n`)),
    ],
    'the title of a heading': [40_000, (text) => titleOf({}, `# a${text}x\n`, 'a')],
    'the body below a heading': [40_000, (text) => bodyBelowTitle({}, `# a${text}x\n`)],
    'the mark of the body': [40_000, markBody],
    'the sketch of the body': [40_000, sketchBody],
    'the key of a title': [40_000, titleKeys(['Update', 'Big News'])],
    'the name of a file': [40_000, (text) => waysOf(undefined).readPath(text)],
    'an address': [
      40_000,
      (text) => permalinkPath('/:title/:slug/:path', { ...PARTS, slug: text }, JEKYLL_STYLE),
    ],
    'a slug': [40_000, slugify],
    'a clean text': [40_000, cleanText],
    'one line': [40_000, oneLine],
    'ranges of code': [40_000, codeRanges],
    'marks of templates': [40_000, (text) => findMarks(text, [])],
    'Markdown in HTML': [15_000, (text) => rendered(`<p markdown=1>${text}`)],
    'the mark of an excerpt': [40_000, (text) => splitAtMore(text, {})],
    'a mended excerpt': [20_000, (text) => mendExcerpt(text.slice(0, 2000), text)],
    Markdown: [20_000, (text) => renderMarkdown(text, { docId: 'a' })],
    'Markdown in a paragraph': [
      20_000,
      (text) => renderMarkdown(`a ${text} b\n\nc`, { docId: 'a' }),
    ],
    'limits of HTML': [40_000, tooMuchHtml],
    'empty elements': [40_000, dropEmptyElements],
    'plain text': [40_000, plainText],
    'the first paragraph': [40_000, openingParagraph],
    'the opening': [40_000, openingHtml],
    'marks in a title': [40_000, withoutMarkup],
    'an address in a name': [40_000, (text) => withoutAddress(`@${text}`)],
    'a link': [40_000, (text) => absoluteUrl(text, 'https://quay.example/', 'link')],
    'a srcset': [40_000, (text) => absoluteSrcset(text, 'https://quay.example/')],
    'the opening of a story': [
      20_000,
      (html) => openingOf({ html, excerpt: html } as never, 900, 'en'),
    ],
    'a shortened text': [40_000, (text) => shorten(text, 300, 'en')],
    'a wrapped text': [20_000, (text) => wrapText(text, 72)],
    'a line of the log': [20_000, redact],
    'a post': [15_000, (text) => rendered(text)],
    'a post of MDX': [15_000, (text) => rendered(text, { file: '2026-03-20-a.mdx' })],
    'a post of HTML': [15_000, (text) => rendered(text, { file: '2026-03-20-a.html' })],
    'a post of Liquid': [15_000, (text) => rendered(text, { settings: { liquid: 'render' } })],
  };

const FIELDS = 'title date slug permalink excerpt categories tags image lang id author'.split(' ');

const PARTS = {
  title: 'a',
  name: 'a',
  authors: [],
  ...{ slug: 'a', file: 'x/a.md', categories: ['a'], timeZone: 'UTC' },
  date: Temporal.Instant.from('2026-03-20T07:00Z'),
};

for (const [name, [length, step]] of Object.entries(STEPS)) {
  test(`${name}: eight times the text takes no more than linear time, of whatever it is made`, () => {
    const found = Object.entries(HOSTILE_SHAPES).flatMap(([kind, shape]) => {
      const fault = superlinear(step, shape, length);
      return fault === undefined ? [] : [`${kind}: ${fault}`];
    });
    assert.deepEqual(found, []);
  });
}
