import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, withPicture } from './house.ts';

// `npm run picture`: draws the house into docs/architecture.md.

const page = join(ROOT, 'docs/architecture.md');
writeFileSync(page, withPicture(readFileSync(page, 'utf8')));
