import { SaxesParser } from 'saxes';
import { reasonOf } from '../kernel/errors.ts';
import type { FeedFormat } from '../settings/settings.ts';

/**
 * Why a strict parser rejects `text`, or undefined if it is valid. The parser is not the one that
 * made the text. This is the last check before a feed replaces a valid one.
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
