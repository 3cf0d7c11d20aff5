// One PostgreSQL server for all test files of a run: node --test --test-global-setup=THIS.
import { type PostgresServer, startPostgres } from './postgres-server.ts';

let server: PostgresServer | undefined;

export async function globalSetup(): Promise<void> {
  server = await startPostgres();
  // Test files are processes of their own, and inherit it.
  process.env.BROADSHEET_TEST_POSTGRES = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
