import { configSchema } from '../../src/settings/schema.ts';

/** A config of the few options that have no default: a new option is in it by itself. */
export const DEFAULTS = configSchema.parse({
  site: {
    title: 'The Harbour Broadsheet',
    url: 'https://harbour.example/',
    author: { name: 'The Harbour Desk' },
  },
  newsletters: [
    {
      id: 'politics-essential',
      name: 'Politics Essential',
      from: { name: 'Politics Essential', address: 'politics-essential@harbour.example' },
      postalAddress: 'The Harbour Broadsheet, 1 Quay Street\nHarbour Town HB1 1AA',
    },
  ],
});
