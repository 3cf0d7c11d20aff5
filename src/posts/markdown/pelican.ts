import type { MarkdownIt } from 'markdown-it';

/** The first line of indented code that names its language, for the extension "codehilite" of Python's Markdown. */
const LANGUAGE = /^(?::{2,}|#!)[ \t]*([\w#.+-]+)(?:[ \t]+hl_lines=[^\n]*)?[ \t]*(?:\n|$)/;
/** The end of a destination with spaces is that of the link. */
const NAMED = /[{|](?:category|tag|author)[}|][^()<>"\n]{0,200}(?=\))/iy;

/** What only Pelican understands. */
export function pelicanPlugin(md: MarkdownIt): void {
  md.core.ruler.after('block', 'code_languages', ({ tokens }) => {
    for (const token of tokens) {
      const [line, language] =
        token.type === 'code_block' ? (LANGUAGE.exec(token.content) ?? []) : [];
      if (line === undefined || language === undefined) continue;
      Object.assign(token, {
        type: 'fence',
        info: language,
        content: token.content.slice(line.length),
      });
    }
  });
  const { parseLinkDestination } = md.helpers;
  const withNames: typeof parseLinkDestination = (text, start, max) => {
    NAMED.lastIndex = start;
    const [named] = NAMED.exec(text) ?? [];
    if (named === undefined || start + named.length > max)
      return parseLinkDestination(text, start, max);
    return { ok: true, pos: start + named.length, str: named.trimEnd() };
  };
  md.helpers = { ...md.helpers, parseLinkDestination: withNames };
}
