import MarkdownIt, { type Env } from 'markdown-it';
import footnotePlugin from 'markdown-it-footnote';

/** Markdown's state while it renders one post: link references, and the names of footnotes. */
export interface MarkdownScope extends Env {
  /** Part of the ids of footnotes. Two posts on one page then never share an id. */
  readonly docId: string;
}

const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: 50 }).use(footnotePlugin);
// Addresses with a scheme become links, as in GitHub's Markdown; `file.md` does not.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
// The sanitiser checks every address; it also knows the post's page.
markdown.validateLink = () => true;

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

markdown.core.ruler.before('footnote_tail', 'growing_list', (state) => {
  state.tokens = GrowingList.from(state.tokens);
});

/**
 * HTML from CommonMark with tables, strikethrough, fenced code, footnotes and inline HTML. It
 * contains what the author wrote: always sanitise it before showing it.
 */
export function renderMarkdown(text: string, scope: MarkdownScope): string {
  return markdown.render(text, scope);
}
