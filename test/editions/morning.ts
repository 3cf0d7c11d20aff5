import type { Image } from '../../src/posts/post.ts';
import type { PostSketch } from './samples.ts';

function picture(name: string, alt: string, width = 1200, height = 675): Image {
  return {
    url: `https://harbour.example/assets/images/${name}.jpg`,
    alt,
    type: 'image/jpeg',
    width,
    height,
  };
}

/** An invented morning: every shape that a story of the digest can have. */
export const MORNING: readonly [PostSketch, ...PostSketch[]] = [
  {
    slug: 'ferry-budget',
    title: 'Council votes to keep the night ferry running, by a single hand',
    categories: ['Transport'],
    authors: [{ name: 'Ines Calloway' }],
    excerpt:
      'After five hours and two recounts the council found the money for the night ferry. The harb...',
    html: `<p>After five hours and two recounts the council found the money for the night ferry. The harbour fund will pay for it until the spring of next year, and nobody left the chamber entirely happy.</p>
<p>The deciding hand was that of Orla Fenwick, who had spoken against the <a href="https://harbour.example/bridge">bridge</a> in the morning &amp; against the ferry at noon. “A town that can’t go home at night is not a town,” she said when it was over. Three members asked for the vote to be read out again, name by name, and it was.</p>
<p>The first boat under the new timetable leaves on Monday.</p>`,
    picture: picture('ferry', 'The night ferry leaves the quay under a half moon'),
  },
  {
    slug: 'assembly-opens',
    title: 'Assembly opens with a quarrel over chairs',
    categories: ['Parliament & Parties'],
    authors: [{ name: 'Tomas Reed' }],
    excerpt:
      'Forty-one members, thirty-nine chairs: the provincial assembly spent its first morning on furniture, and its afternoon on what the furniture stood for.',
    picture: picture('assembly', 'Rows of empty chairs in the assembly hall'),
  },
  {
    slug: 'ar-water',
    language: 'ar',
    title: 'المدن الساحلية توقّع اتفاقًا لتقاسم المياه',
    categories: ['عالم'],
    authors: [{ name: 'سلمى نور' }],
    excerpt:
      'اتفقت سبع مدن ساحلية على تقاسم مياه الجبال في سنوات الجفاف، بعد مفاوضات استمرت عامين كاملين.',
    picture: picture('water', 'خزان مياه بين الجبال'),
  },
  {
    slug: 'portrait',
    title: 'The archivist who reads every petition, and answers most of them by hand',
    categories: ['People'],
    excerpt:
      'Since 1998 Wilhelmina Okafor has opened some 60,000 letters to the governor. She keeps the angry ones in a drawer of their own.',
    picture: picture('archivist', 'A woman between shelves of letters', 600, 800),
  },
  {
    slug: 'no-picture',
    title: 'Why the tariff on salt will not go away',
    categories: ['Economy'],
    authors: [{ name: 'Bram Oyelaran' }, { name: 'Ines Calloway' }],
    excerpt:
      'It was meant to last one winter. Thirty winters on, every party has promised to end it and every treasurer has quietly kept it. A short history of a stubborn tax.',
  },
  {
    slug: 'de-wahl',
    language: 'de',
    title: 'Kreistagswahl: Die Kleinen entscheiden, wer regiert',
    categories: ['Europa'],
    excerpt:
      'Drei Listen mit zusammen neun Sitzen verhandeln seit Sonntag mit allen Seiten – und lassen sich Zeit.',
    picture: picture('wahl', 'Stimmzettel auf einem Holztisch'),
  },
  { slug: 'brief-1', title: 'Mayor to publish her diary every Friday', categories: ['Town Hall'] },
  {
    slug: 'brief-2',
    title: 'Fishing fleet wins a delay for the new net rules',
    categories: ['Economy'],
  },
  {
    slug: 'brief-3',
    language: 'ar',
    title: 'البلدية تنشر الميزانية كاملة للمرة الأولى',
    categories: ['عالم'],
  },
  {
    slug: 'brief-4',
    title: 'Court hears the case of the two identical campaign posters, and asks for a ladder',
    categories: ['Courts'],
  },
];
