import { BroadsheetError, EXIT } from '../kernel/errors.ts';

/** SQLite's name for a database that is deleted when it is closed. */
export const IN_MEMORY = ':memory:';

/** The kind of database and its address. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly place: string };

/**
 * Parses `sqlite:PATH` or `postgres://user@host:port/name`. `place` is for messages and has no user and
 * no password. Throws a config error for anything else.
 */
export function parseDatabaseUrl(databaseUrl: string): DatabaseAddress {
  const file = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : '';
  if (file !== '') return { kind: 'sqlite', file };
  const url = URL.parse(databaseUrl);
  if (url !== null && /^postgres(ql)?:$/.test(url.protocol)) {
    return { kind: 'postgres', url: databaseUrl, place: placeOf(url) };
  }
  // The text after the scheme may contain a password.
  const scheme = databaseUrl.slice(0, databaseUrl.indexOf(':') + 1);
  const remedy = 'write sqlite: and a path, or postgres://user@host/name, into database.url';
  throw new BroadsheetError(EXIT.config, `"${scheme}" is not a database of Broadsheet; ${remedy}`);
}

function placeOf({ hostname, port, pathname, searchParams }: URL): string {
  const host = searchParams.get('host') ?? (hostname === '' ? 'localhost' : hostname);
  return `${host}:${port === '' ? '5432' : port}${pathname === '/' ? '' : pathname}`;
}
