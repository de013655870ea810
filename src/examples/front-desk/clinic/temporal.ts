/** Node 24 does not have `Temporal` yet; what stands in for it is loaded there alone. */
if (!('Temporal' in globalThis)) await import('temporal-polyfill/global');

export {};
