import MarkdownIt, { type Env } from 'markdown-it';
import footnotePlugin from 'markdown-it-footnote';

/** Markdown's memory while one post is rendered: link references, and how its footnotes are named. */
export interface MarkdownScope extends Env {
  /** Part of the ids of footnotes, so that two posts on one page never share one. */
  readonly docId: string;
}

const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: 50 }).use(footnotePlugin);
// Addresses with a scheme become links, as in GitHub's Markdown; `file.md` does not.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
// Every address is judged by the sanitiser, which knows the post's page too.
markdown.validateLink = () => true;

/**
 * A list that grows where it is. The footnotes' plugin puts the tokens of each note behind all that
 * there are by `concat`, which would copy them every time.
 */
class GrowingList<Item> extends Array<Item> {
  override concat(...lists: (Item | ConcatArray<Item>)[]): GrowingList<Item> {
    for (const list of lists) for (const item of [list].flat() as Item[]) this.push(item);
    return this;
  }
}

markdown.core.ruler.before('footnote_tail', 'growing_list', (state) => {
  state.tokens = GrowingList.from(state.tokens);
});

/**
 * HTML of CommonMark with tables, strikethrough, fenced code, footnotes and HTML in it. It is as
 * the author wrote it: never show it before it is sanitised.
 */
export function renderMarkdown(text: string, scope: MarkdownScope): string {
  return markdown.render(text, scope);
}
