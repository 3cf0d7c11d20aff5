import { type CompiledQuery, type QueryResult, type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect.ts';
import type { Database } from './tables.ts';

/** A query that will run again with the same text: a driver may keep it prepared. */
export interface RepeatedQuery<Row = unknown> extends CompiledQuery<Row> {
  readonly isRepeated?: true;
}

/** Makes the place of a parameter whose value is taken from the input at each run. */
export type Slot<Input> = <Value>(value: (input: Input) => Value) => RawBuilder<Value>;

/**
 * A query that runs many times, with one text. It is compiled once, at its first run, because that takes
 * longer than running it. `build` makes it, with a slot for each value that differs.
 */
export function repeatedQuery<Input, Row>(
  build: (db: Database, slot: Slot<Input>) => { compile(db: Database): CompiledQuery<Row> },
): (db: Database, input: Input) => Promise<QueryResult<Row>> {
  let compiled: CompiledQuery<Row> | undefined;
  return (db, input) => {
    compiled ??= build(db, (value) => sql`${new Later(value)}`).compile(db);
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Later ? parameter.value(input) : parameter,
    );
    const query: RepeatedQuery<Row> = { ...compiled, parameters, isRepeated: true };
    return db.executeQuery(query);
  };
}

/**
 * Rows from one parameter, a JSON array of them (`jsonOf`): the text of the query is the same for any
 * number of rows. `columns` gives the type of each.
 */
export function rowsFrom<Row>(
  db: Database,
  json: RawBuilder<string>,
  columns: Readonly<Record<keyof Row & string, 'text' | 'bigint'>>,
): RawBuilder<Row> {
  const typed = Object.entries<'text' | 'bigint'>(columns);
  if (!isPostgres(db)) {
    const values = typed.map(([name]) => sql`value ->> ${sql.lit(name)} as ${sql.id(name)}`);
    return sql<Row>`(select ${sql.join(values)} from json_each(${json}))`;
  }
  const types = typed.map(([name, type]) => sql`${sql.id(name)} ${sql.raw(type)}`);
  return sql<Row>`(select * from json_to_recordset(cast(${json} as json)) as r(${sql.join(types)}))`;
}

/** Stands for a value in a compiled query. */
class Later<Input> {
  readonly value: (input: Input) => unknown;

  constructor(value: (input: Input) => unknown) {
    this.value = value;
  }
}
