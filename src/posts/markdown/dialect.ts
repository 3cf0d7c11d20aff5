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
  | 'marks';

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
}
