import { reasonOf } from '../../kernel/errors.ts';
import { FrontMatterError } from './front-matter-error.ts';

/** Parses the fields of a JSON block (Hugo, gray-matter). Throws `FrontMatterError`. */
export function parseJson(block: string): Record<string, unknown> {
  const value = parseText(block);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new FrontMatterError('the front matter is no JSON object; write { "title": ... }', 1, 1);
}

function parseText(block: string): unknown {
  try {
    return JSON.parse(block);
  } catch (error) {
    const place = / at position \d+ \(line (\d+) column (\d+)\)/.exec(reasonOf(error));
    throw new FrontMatterError(
      `the front matter is not JSON (${reasonOf(error).split('\n')[0]}); correct this line`,
      Number(place?.[1] ?? 1),
      Number(place?.[2] ?? 1),
    );
  }
}
