import type { ServicePart } from '../service/service-part.ts';

/**
 * The part of the service that answers what people ask for on the site: decides which mail each
 * gets, sends the mails, and forgets what is over.
 */
export const answerRequests: ServicePart = async () => {
  throw new Error('not built yet');
};
