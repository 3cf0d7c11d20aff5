import { join } from 'node:path';
import { readRegularFile } from '../kernel/regular-file.ts';
import type { Texts } from '../kernel/texts.ts';
import { languageAttributes } from './layout-scope.ts';

/** File in the output folder with the newest posts, for the front page of the service. */
export const LATEST_FILE = '.latest-posts.json';

/** A post as a front page shows it. Plain texts. */
export interface LatestPost {
  readonly url: string;
  readonly title: string;
  /** A sentence or two. May be empty. */
  readonly standfirst: string;
  /** BCP 47. */
  readonly language: string;
  /** `2026-03-20`, in the site's time zone. */
  readonly day: string;
  readonly image?: {
    readonly url: string;
    readonly alt: string;
    readonly width?: number;
    readonly height?: number;
  };
}

/** The newest posts of the last build, newest first. Empty if there was none in the output folder. */
export function readLatestPosts(outputFolder: string): readonly LatestPost[] {
  try {
    return JSON.parse(readRegularFile(join(outputFolder, LATEST_FILE)).toString());
  } catch {
    return [];
  }
}

/** Number of titles below a lead. */
const TITLES = 5;

/** What a front page shows of a post: its picture and its standfirst. Values that it lacks are null. */
export function leadView(post: LatestPost | undefined) {
  const { width, height, ...image } = post?.image ?? { url: '', alt: '' };
  return {
    standfirst: post?.standfirst ?? '',
    image: image.url === '' ? null : { ...image, width: width ?? null, height: height ?? null },
  };
}

/** The newest posts like an edition on the front page, for a site without one. */
export function newestPosts([lead, ...others]: readonly LatestPost[], texts: Texts): object[] {
  if (lead === undefined) return [];
  const ofLead = languageAttributes(lead.language, texts.language);
  return [
    {
      newsletter: { name: '', lang: ofLead },
      subject: lead.title,
      path: lead.url,
      day: lead.day,
      date: dayInWords(lead.day, texts),
      ...leadView(lead),
      stories: others.slice(0, TITLES).map(({ title, url, language }) => ({
        ...{ title, url, lang: languageAttributes(language, texts.language) },
      })),
    },
  ];
}

/** A day (`2026-03-20`) in words, at noon UTC: a day alone has no zone. */
export function dayInWords(
  day: string,
  { language }: Texts,
  parts: Intl.DateTimeFormatOptions = { dateStyle: 'long' },
): string {
  const format = new Intl.DateTimeFormat(language, { ...parts, timeZone: 'UTC' });
  return format.format(new Date(`${day}T12:00:00Z`));
}
