import { parse, TomlError } from 'smol-toml';
import { FrontMatterError } from './front-matter-error.ts';

/**
 * Parses the fields of a TOML block (Hugo). Dates and times become ISO 8601 text, because one set
 * of rules then reads all dates. Throws `FrontMatterError`.
 */
export function parseToml(block: string): Record<string, unknown> {
  try {
    return withoutTemporal(parse(block, { useLegacyDate: false, maxDepth: 20 })) as Record<
      string,
      unknown
    >;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const fact = /^Invalid TOML document: (.*)$/m.exec(error.message)?.[1] ?? error.message;
    throw new FrontMatterError(
      `the front matter is not TOML (${fact}); correct this line`,
      error.line,
      error.column,
    );
  }
}

function withoutTemporal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTemporal);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Temporal.ZonedDateTime) return value.toString({ timeZoneName: 'never' });
  if (Object.prototype.toString.call(value).startsWith('[object Temporal.')) return String(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutTemporal(inner)]),
  );
}
