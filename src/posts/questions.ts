import { hash } from 'node:crypto';
import type { Picture } from './files/find-pictures.ts';
import type { RenderContext } from './post-context.ts';

/** What rendering a post asked about other files. With the same answers, the result is the same. */
export type Question = readonly [kind: keyof typeof ANSWERS, name: string, file?: string];

/** How each question is answered, as a text that changes with the answer. */
const ANSWERS = {
  /** What the post has from its site. */
  site: (context: RenderContext, file: string) => {
    const { fields, markdown, linked } = context.inherited?.(file) ?? {};
    return JSON.stringify([fields, markdown, linked]);
  },
  page: (context: RenderContext, name: string) => context.urlOf(name) ?? '',
  include: (context: RenderContext, name: string) =>
    hash('sha256', context.include(name) ?? '', 'base64url'),
  text: (context: RenderContext, name: string, file = '') =>
    hash('sha256', context.textOf(name, file) ?? '', 'base64url'),
  beside: (context: RenderContext, name: string, file = '') =>
    stampOf(context.pictures.beside(name, file)),
  atRoot: (context: RenderContext, name: string) => stampOf(context.pictures.atRoot(name)),
};

function stampOf(picture: Picture | undefined): string {
  return picture === undefined ? '' : `${picture.file} ${picture.stamp}`;
}

export function answerTo([kind, name, file]: Question, context: RenderContext): string {
  return ANSWERS[kind](context, name, file);
}

/** Like `context`, but calls `onQuestion` for each question about other files. */
export function recordQuestions(
  context: RenderContext,
  onQuestion: (question: Question) => void,
): RenderContext {
  const { urlOf, include, textOf, pictures } = context;
  return {
    ...context,
    urlOf(name) {
      onQuestion(['page', name]);
      return urlOf(name);
    },
    include(name) {
      onQuestion(['include', name]);
      return include(name);
    },
    textOf(name, file) {
      onQuestion(['text', name, file]);
      return textOf(name, file);
    },
    pictures: {
      beside(source, file) {
        onQuestion(['beside', source, file]);
        return pictures.beside(source, file);
      },
      atRoot(path) {
        onQuestion(['atRoot', path]);
        return pictures.atRoot(path);
      },
    },
  };
}
