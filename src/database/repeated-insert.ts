import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Database } from './tables.ts';

/**
 * An insert that runs many times, with one or a few different numbers of rows. It is compiled once for
 * each number, because compiling thousands of parameters takes longer than storing them. `build` makes
 * the query for rows that have the same columns in the same order, and no other parameters.
 */
export function repeatedInsert<Row extends object, Result>(
  db: Database,
  build: (rows: readonly Row[]) => Compilable<Result>,
): (rows: readonly Row[]) => Promise<QueryResult<Result>> {
  let compiled: CompiledQuery<Result> | undefined;
  let length = -1;
  return async (rows) => {
    if (compiled === undefined || rows.length !== length) {
      compiled = build(rows).compile();
      length = rows.length;
      return db.executeQuery(compiled);
    }
    const parameters = rows.flatMap((row) => Object.values(row));
    return db.executeQuery({ ...compiled, parameters });
  };
}
