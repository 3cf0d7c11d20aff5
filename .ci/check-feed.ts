import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseFeed } from 'feedsmith';
import { SaxesParser } from 'saxes';

/** A feed file, as the report of `build --json` lists it. */
export interface ReportedFeed {
  readonly path: string;
  readonly format: string;
  readonly items: number;
}

/** Throws where `file` is no feed, or has another number of items than was reported. */
export function checkFeed(file: string, { format, items }: ReportedFeed): void {
  const text = readFileSync(file, 'utf8');
  if (format !== 'json') checkXml(text);
  const { feed } = parseFeed(text);
  const found = 'entries' in feed ? feed.entries : 'items' in feed ? feed.items : [];
  assert.equal(found?.length ?? 0, items, file);
}

function checkXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}
