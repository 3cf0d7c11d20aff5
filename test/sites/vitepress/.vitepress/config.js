import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'The Mill',
  description: 'Grain, water, time.',
  lang: 'en-US',
  base: '/mill/',
  cleanUrls: true,
  sitemap: { hostname: 'https://mill.example/mill/' },
});
