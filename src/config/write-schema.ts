import { writeFileSync } from 'node:fs';
import { configJsonSchema } from './json-schema.ts';

// `npm run schema`: the file stands in Git, and a test says when it is out of date.
const file = new URL('../../config/broadsheet.schema.json', import.meta.url);
writeFileSync(file, configJsonSchema());
