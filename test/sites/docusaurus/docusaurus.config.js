// @ts-check

/** @type {import('@docusaurus/types').Config} */
const config = {
  title: 'Ferry Notes',
  tagline: 'Between two piers',
  url: 'https://ferry.example',
  baseUrl: '/notes/',
  onBrokenLinks: 'warn',
  i18n: { defaultLocale: 'en', locales: ['en'] },
  presets: [
    [
      'classic',
      {
        docs: false,
        blog: { showReadingTime: true, feedOptions: { type: ['rss', 'atom'], xslt: true } },
      },
    ],
  ],
  themeConfig: { navbar: { title: 'Ferry Notes' } },
};

export default config;
