// Moves the database of the config file that is named, as `broadsheet database move` does.
import { loadConfig } from '../../src/config/load-config.ts';
import { moveDatabase } from '../../src/jobs/database/move-database.ts';

await moveDatabase(loadConfig(process.argv[2] ?? '', process.env), undefined);
