import MarkdownIt from 'markdown-it';

const { unescapeAll } = new MarkdownIt().utils;

/** `text` with HTML's character references (`&amp;`, `&hellip;`, `&#8217;`) as their characters. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? unescapeAll(text) : text;
}
