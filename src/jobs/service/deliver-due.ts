import type { ServicePart } from './service-part.ts';

/** Sends what is planned and due of all newsletters, until `signal` is aborted. */
export const deliverDue: ServicePart = async () => {};
