import { renderPlainError } from '../../web/answer-errors.ts';
import type { ErrorAnswer, RenderError } from '../../web/web-dependencies.ts';
import type { Site } from './site.ts';

/** Statuses with their own texts. Others use the text of 400 or 500. */
const TOLD = [400, 404, 405, 410, 429, 500, 503];

/** The page for an error in the site's language. If its template cannot be rendered, a plain page. */
export function errorPage({ pages, texts, deps }: Site): RenderError {
  return (answer) => {
    const { status } = answer;
    const told = TOLD.includes(status) ? status : status >= 500 ? 500 : 400;
    try {
      return pages.render({
        name: 'error',
        title: texts.text(`site.error.${told}_title`),
        scope: { status, text: textOf(answer, told, texts) },
      });
    } catch (error) {
      deps.log.failure('the error page cannot be rendered', error);
      return renderPlainError(answer);
    }
  };
}

function textOf({ retryAfterSeconds }: ErrorAnswer, told: number, texts: Site['texts']): string {
  if (told !== 429 || retryAfterSeconds === undefined) return texts.text(`site.error.${told}`);
  const count = Math.max(1, Math.ceil(retryAfterSeconds / 60));
  return texts.text('site.error.429_minutes', { count });
}
