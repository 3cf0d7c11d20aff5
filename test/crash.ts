// `npm run test:crash [-- SENDS SUBSCRIBERS DATABASE]`: kills sends at random moments, on both
// databases or on the one that is named, and prints what came of it. A short form runs with the other
// tests.
import { type CrashFigures, crashProblems, runCrashTrials } from './support/crash-trials.ts';
import { createDatabase, startPostgres, TEMPLATE } from './support/postgres-server.ts';

const [sends = 100, subscribers = 2000] = process.argv.slice(2, 4).map(Number);
const databases = ['SQLite', 'PostgreSQL'].filter((name) => name === (process.argv[4] ?? name));
const CONNECTIONS = 10;

const server = await startPostgres();
try {
  for (const database of databases) {
    const figures = await runCrashTrials({
      ...{ sends, subscribers, connections: CONNECTIONS, mostKills: 2 },
      newDatabase: (folder) => newDatabaseOn(database, folder),
      random: Math.random,
      onSend: ({ sends: done }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${database}: ${done} of ${sends} sends `);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\n');
    print(database, figures);
    if (Object.keys(crashProblems(figures)).length > 0) process.exitCode = 1;
  }
} finally {
  await server.stop();
}

async function newDatabaseOn(database: string, folder: string): Promise<string> {
  if (database === 'SQLite') return `sqlite:${folder}/paper.db`;
  return server.url + (await createDatabase(server.url, TEMPLATE));
}

function print(database: string, figures: CrashFigures): void {
  const { kills, killsInFlight, taken, lost, extraCopies, undeclared, otherMessageId } = figures;
  const lines = [
    `${database}: ${figures.sends} sends to ${subscribers} subscribers over ${CONNECTIONS} connections`,
    `  killed                         ${kills} times, ${killsInFlight} of them with messages under way`,
    `  messages taken by the relay    ${taken}`,
    `  lost                           ${lost}`,
    `  received twice                 ${extraCopies} (at most ${kills * CONNECTIONS}; ${(extraCopies / Math.max(1, kills)).toFixed(1)} a kill)`,
    `  sends over that bound          ${figures.overBound}`,
    `  of them not declared in doubt  ${undeclared}`,
    `  with another Message-ID        ${otherMessageId}`,
    `  books that do not balance      ${figures.unbalanced}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
