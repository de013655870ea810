import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const file = new URL('../../../../fixtures/openai/realtime-events.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema(JSON.parse(readFileSync(file, 'utf8')), 'realtime');

/** What the published schema has against a server event, or null. */
export function objection(event: { readonly type: string }): string | null {
  const validate = ajv.getSchema(`realtime#/$defs/${event.type}`);
  if (validate === undefined) return `${event.type} is no event of the schema`;
  if (validate(event) === true) return null;
  return `${event.type}: ${ajv.errorsText(validate.errors ?? [])}`;
}
