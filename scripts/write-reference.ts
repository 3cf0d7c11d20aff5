// `npm run reference`: what is made from the config's schema stands in Git, for people and editors;
// a test says when it is out of date.
import { writeFileSync } from 'node:fs';
import { frontMatterPage } from '../src/posts/front-matter/known-fields.ts';
import { configJsonSchema, configurationPage } from '../src/settings/configuration-page.ts';

const root = new URL('../', import.meta.url);
writeFileSync(new URL('config/broadsheet.schema.json', root), configJsonSchema());
writeFileSync(new URL('docs/configuration.md', root), configurationPage());
writeFileSync(new URL('docs/front-matter.md', root), frontMatterPage());
