import createMarkdown, { type MarkdownIt } from 'markdown-it';
import footnotePlugin from 'markdown-it-footnote';
import { attributesPlugin } from './attributes.ts';
import { commentPlugin } from './comments.ts';
import {
  admonitionsPlugin,
  alertsPlugin,
  containersPlugin,
  contentsPlugin,
  tasksPlugin,
} from './containers.ts';
import { definitionsPlugin } from './definitions.ts';
import type { MarkdownFeature, MarkdownScope } from './dialect.ts';
import { abbreviationsPlugin, emojiPlugin, marksPlugin, wikiLinksPlugin } from './inline-marks.ts';
import { kramdownPlugin } from './kramdown.ts';
import { mathPlugin } from './math.ts';
import { mdxPlugin } from './mdx.ts';
import { pelicanPlugin } from './pelican.ts';
import { type Typography, typographyPlugin, USUAL_TYPOGRAPHY } from './typography.ts';
import { vitepressPlugin } from './vitepress.ts';

/** Which Markdown a text is written in. */
export interface Dialect {
  readonly features: readonly MarkdownFeature[];
  readonly isMdx: boolean;
  readonly typography?: Typography;
}

const PLUGINS: Readonly<Record<MarkdownFeature, (md: MarkdownIt, dialect: Dialect) => void>> = {
  kramdown: kramdownPlugin,
  attributes: attributesPlugin,
  alerts: alertsPlugin,
  containers: containersPlugin,
  admonitions: admonitionsPlugin,
  definitions: definitionsPlugin,
  abbreviations: abbreviationsPlugin,
  tasks: tasksPlugin,
  emoji: emojiPlugin,
  contents: contentsPlugin,
  wikiLinks: wikiLinksPlugin,
  marks: marksPlugin,
  typography: (md, { typography }) => typographyPlugin(md, typography ?? USUAL_TYPOGRAPHY),
  vitepress: vitepressPlugin,
  pelican: pelicanPlugin,
};

/**
 * A list that grows in place. The footnote plugin appends the tokens of each note with `concat`,
 * which would copy the whole list every time.
 */
class GrowingList<Item> extends Array<Item> {
  override concat(...lists: (Item | ConcatArray<Item>)[]): GrowingList<Item> {
    for (const list of lists) for (const item of [list].flat() as Item[]) this.push(item);
    return this;
  }
}

const known = new Map<string, MarkdownIt>();

function markdownFor(dialect: Dialect): MarkdownIt {
  const key = JSON.stringify(dialect);
  const made = known.get(key) ?? openMarkdown(dialect);
  known.set(key, made);
  return made;
}

function openMarkdown(dialect: Dialect): MarkdownIt {
  const markdown = createMarkdown({ html: true, linkify: true, maxNesting: 50 }).use(
    footnotePlugin,
  );
  // Addresses with a scheme become links, as in GitHub's Markdown; `file.md` does not.
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  // The sanitiser checks every address; it also knows the post's page.
  markdown.validateLink = () => true;
  markdown.core.ruler.before('footnote_tail', 'growing_list', (state) => {
    state.tokens = GrowingList.from(state.tokens);
  });
  markdown.core.ruler.push('languages', ({ tokens }) => {
    // ```js{1,3}:line-numbers, ```rust,linenos and ```{.python .numbers} are about how a site shows code.
    for (const token of tokens) {
      if (token.type === 'fence') token.info = /^\s*\{?\.?([\w+#.-]*)/.exec(token.info)?.[1] ?? '';
    }
  });
  markdown.use(mathPlugin).use(commentPlugin);
  for (const feature of dialect.features) PLUGINS[feature](markdown, dialect);
  return dialect.isMdx ? markdown.use(mdxPlugin) : markdown;
}

const COMMON: Dialect = { features: [], isMdx: false };

/**
 * HTML from CommonMark with tables, strikethrough, fenced code, footnotes, formulas and inline HTML, and
 * what else the dialect has. It contains what the author wrote: always sanitise it before showing it.
 */
export function renderMarkdown(text: string, scope: MarkdownScope, dialect = COMMON): string {
  return markdownFor(dialect).render(text, scope);
}
