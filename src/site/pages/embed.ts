import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../../kernel/escape.ts';
import { TRAP_FIELD } from '../../pages/sign-up-form.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import { publicPage, type Site } from './site.ts';

/** `/embed/`: the form to paste into other sites, and an example for scripts. */
export function addEmbed(app: FastifyInstance, site: Site): void {
  if (site.common.newsletters.length === 0) return;
  const page = {
    name: 'embed' as const,
    path: 'embed/',
    scope: { snippet: embeddedForm(site), example: scriptExample(site) },
  };
  app.get('/embed/', publicPage(site, page));
}

/**
 * The form as HTML without script and style. It has no token, because a pasted token would expire the
 * next day. Its answer is therefore a page with one more button.
 */
function embeddedForm({ deps, texts, common }: Site): string {
  const { newsletters } = common;
  const text = (key: string) => escapeHtml(texts.text(key));
  const choices = newsletters.map(
    (newsletter) =>
      `    <label><input type="checkbox" name="newsletters" value="${newsletter.id}"> ${escapeHtml(newsletter.name)}</label>`,
  );
  const fieldset = [
    '  <fieldset>',
    `    <legend>${text('site.form.which')}</legend>`,
    ...choices,
    '  </fieldset>',
  ];
  return [
    `<form method="post" action="${escapeHtml(requireServiceUrl(deps.config))}subscribe/">`,
    '  <input type="hidden" name="form" value="embedded">',
    ...(newsletters.length > 1
      ? fieldset
      : [`  <input type="hidden" name="only" value="${newsletters[0]?.id}">`]),
    `  <label for="broadsheet-address">${text('site.form.address')}</label>`,
    `  <input type="email" name="address" id="broadsheet-address" required autocomplete="email">`,
    `  <input type="text" name="${TRAP_FIELD}" hidden tabindex="-1" autocomplete="off" aria-label="${text('site.form.trap')}">`,
    `  <button type="submit">${text('site.form.button')}</button>`,
    '</form>',
  ].join('\n');
}

function scriptExample({ deps, common }: Site): string {
  const url = `${requireServiceUrl(deps.config)}api/`;
  const [first] = common.newsletters;
  return `const form = await (await fetch('${url}form')).json();
// form.token, form.consentText, form.newsletters, form.proofOfWork

const answer = await fetch('${url}subscribe', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    address: 'name@example.org',
    newsletters: ['${first?.id}'],
    token: form.token,
  }),
});`;
}
