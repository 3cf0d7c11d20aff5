// Moves the database of the config file that is named, as `broadsheet database move` does.

import { moveDatabase } from '../../src/recovery/move-database.ts';
import { loadConfig } from '../../src/settings/load-config.ts';

await moveDatabase(loadConfig(process.argv[2] ?? '', process.env), undefined);
