// One PostgreSQL server for all test files of a run: node --test --test-global-setup=THIS.
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/broadsheet/tests');

let server: PostgresServer | undefined;

export async function globalSetup(): Promise<void> {
  server = await startPostgres();
  // Test files are processes of their own, and inherit these: a third of the time that a short one
  // takes is compiling the same modules again.
  process.env.BROADSHEET_TEST_POSTGRES = server.url;
  process.env.NODE_COMPILE_CACHE ??= COMPILED;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
