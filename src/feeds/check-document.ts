import { SaxesParser } from 'saxes';
import { reasonOf } from '../kernel/errors.ts';
import type { FeedFormat } from '../settings/settings.ts';

/**
 * Why `text` would not be read by a strict parser, which is another one than made it; undefined
 * where all is well. The last check before a feed takes the place of one that parses.
 */
export function checkDocument(format: FeedFormat, text: string): string | undefined {
  try {
    if (format === 'json') JSON.parse(text);
    else checkXml(text);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function checkXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}
