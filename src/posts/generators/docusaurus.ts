import { programs, type SiteGenerator } from './generator.ts';
import { withoutComponents } from './mdx.ts';

/** https://docusaurus.io/docs. */
export const DOCUSAURUS: SiteGenerator = {
  name: 'Docusaurus',
  settings: programs('docusaurus.config'),
  publishes: { static: ['staticDirectories'], build: [] },
  toCommonMark: withoutComponents,
};
