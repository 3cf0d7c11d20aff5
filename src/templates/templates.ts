/** A template as its author wrote it, and its path for error messages. */
export interface Template {
  readonly file: string;
  readonly source: string;
}

/** All email templates: MJML with Liquid, and the plain-text versions. */
export interface Templates {
  readonly digestMjml: Template;
  readonly digestText: Template;
  readonly noticeMjml: Template;
  readonly noticeText: Template;
}

/** The file name of each template in its folder. */
export const TEMPLATE_FILES: Readonly<Record<keyof Templates, string>> = {
  digestMjml: 'digest.mjml',
  digestText: 'digest.txt',
  noticeMjml: 'notice.mjml',
  noticeText: 'notice.txt',
};
