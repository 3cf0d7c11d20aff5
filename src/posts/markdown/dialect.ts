import type { Env } from 'markdown-it';
import type { Typography } from './typography.ts';

/** What a site generator's Markdown understands besides CommonMark with tables and footnotes. */
export type MarkdownFeature =
  /** kramdown: attribute lists `{: .x}`, `{::nomarkdown}`, `<div markdown="1">`, breaks by `\\\\`. */
  | 'kramdown'
  /** `{#id .class}` after a heading, a paragraph or a picture. */
  | 'attributes'
  /** `> [!NOTE]`. */
  | 'alerts'
  /** `:::tip`. */
  | 'containers'
  /** `!!! note "Title"`, of Python's Markdown. */
  | 'admonitions'
  /** A term, and `: ` with what it means. */
  | 'definitions'
  /** `*[HTML]: Hypertext Markup Language`. */
  | 'abbreviations'
  /** `- [x] done`. */
  | 'tasks'
  /** `:tada:`. */
  | 'emoji'
  /** `[TOC]`, `[[toc]]`. */
  | 'contents'
  /** `[[Page|text]]`, `![[picture.png]]`. */
  | 'wikiLinks'
  /** `==marked==`, `++inserted++`, `H~2~O`, `x^2^`. */
  | 'marks'
  /** `"quotes"`, `--` and `...` become typographic ones. */
  | 'typography'
  /** VitePress: `<<< @/file.js`, `<!--@include: part.md-->`, `v-pre`, labels of code. */
  | 'vitepress'
  /** Pelican: `:::python` above indented code, `{category}Some name` in links. */
  | 'pelican';

/** How a site generator reads the text of posts. */
export interface MarkdownWays {
  readonly features: readonly MarkdownFeature[];
  /** Its comments, besides those of HTML and of its templates. */
  readonly comments?: readonly ('nunjucks' | 'mdx' | 'kramdown' | 'obsidian')[];
  /**
   * What it takes for its own of `{{ x }}` (`output`), `{% x %}` (`tag`) and `{{< x >}}` (`shortcode`).
   * It prints all others.
   */
  readonly templates?: readonly ('output' | 'tag' | 'shortcode')[];
  /** What quotes and dashes become, if it has the feature. */
  readonly typography?: Typography;
  /** Whether files named `.md` are MDX too. */
  readonly isAllMdx?: boolean;
  /** Whether the inside of every element of HTML is Markdown (kramdown's `parse_block_html`). */
  readonly parsesHtml?: boolean;
}

/** Markdown's state while it renders one post: link references, and the names of footnotes. */
export interface MarkdownScope extends Env {
  /** Part of the ids of footnotes. Two posts on one page then never share an id. */
  readonly docId: string;
  /** Takes what is not shown, as a fact. */
  readonly note?: (fact: string) => void;
  /** The address of the post that a name means. */
  readonly linkTo?: (name: string) => string | undefined;
  /** The text of the file that a name in the post means. Undefined if there is none inside of the site. */
  readonly textOf?: (name: string) => string | undefined;
  /** Whether the inside of every element of HTML is Markdown. */
  readonly parsesHtml?: boolean;
  /** What the abbreviations of the post mean. */
  abbreviations?: Map<string, string>;
  /** The files that programs of MDX import, by their names there. */
  imports?: Map<string, string>;
}
