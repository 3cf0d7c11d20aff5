import MarkdownIt from 'markdown-it';

const { unescapeAll } = new MarkdownIt().utils;

/** Decodes HTML's character references (`&amp;`, `&hellip;`, `&#8217;`) in `text`. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? unescapeAll(text) : text;
}
