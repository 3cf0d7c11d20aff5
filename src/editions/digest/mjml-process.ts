import { answerOrder } from '../../kernel/apart/answer-order.ts';
import type { MjmlOrder } from './mjml-apart.ts';
import { renderMjml } from './render-mjml.ts';

// The program of the process that renders MJML for the service.

answerOrder(({ template, scope }: MjmlOrder) => renderMjml(template, scope));
