import { programs, type SiteGenerator } from './generator.ts';
import { withoutComponents } from './mdx.ts';
import { textsOr } from './read-settings.ts';

/** https://docusaurus.io/docs. */
export const DOCUSAURUS: SiteGenerator = {
  name: 'Docusaurus',
  makes: (has) => programs('docusaurus.config').some(has),
  settings: programs('docusaurus.config'),
  publishes: (settings) => [...textsOr(settings, 'static', 'staticDirectories'), 'build'],
  toCommonMark: withoutComponents,
};
