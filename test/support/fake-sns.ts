// Loaded into a service of the tests (`--import`): Amazon SNS cannot be asked there.
import { CERTIFICATE } from './certificates.ts';

const { fetch } = globalThis;

globalThis.fetch = async (url, options) =>
  String(url).startsWith('https://sns.eu-west-1.amazonaws.com/')
    ? new Response(CERTIFICATE)
    : fetch(url, options);
