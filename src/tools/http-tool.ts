import type { z } from 'zod';
import { internet, type Network, requestHttps } from '../net/pinned-request.ts';
import { defineTool, TOOL_DEFAULTS, type Tool } from './define-tool.ts';
import { Foreseen } from './thrown.ts';

/** A tool without code: one request to an address, and what to tell the model of the answer. */
export interface HttpTool extends Omit<Tool, 'run'> {
  readonly parameters: z.ZodObject;
  /** Default: `GET`. */
  readonly method?: HttpMethod;
  /** `https://api.example.com/orders/{orderNumber}`; a name in braces is a field of the parameters. */
  readonly address: string;
  /** The hosts it may reach, written out: `['api.example.com']`. Private addresses are never reached. */
  readonly hosts: readonly string[];
  /** `{ authorization: 'Bearer {CRM_TOKEN}' }`; a name in braces is a variable of the environment. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which part of a JSON answer the model is told: `order.status`, `items.0.name`. Default: all of it. */
  readonly pick?: string;
}

export type HttpMethod = (typeof HTTP_METHODS)[number];
export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The names in braces. */
export function namesIn(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}

/** The variables of the environment that a tool's headers need. */
export function variablesOf({ headers = {} }: HttpTool): readonly string[] {
  return Object.values(headers).flatMap(namesIn);
}

type Environment = Readonly<Record<string, string>>;
type Args = Readonly<Record<string, unknown>>;

/** Makes a tool of a description. Where it may reach is the owner's list and nothing else. */
export function httpTool(description: HttpTool, environment: Environment, network: Network = internet): Tool {
  const { method = 'GET', address, hosts, headers = {}, pick, ...tool } = description;
  const { deadlineMs = TOOL_DEFAULTS.deadlineMs } = tool;
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      fill(value, (field) => environment[field] ?? ''),
    ]),
  );
  return defineTool({
    ...tool,
    async run(args, { signal, idempotencyKey }) {
      const { url, rest } = addressFor(address, args);
      if (!hosts.includes(url.host))
        throw new Foreseen('The address came to have a host that is not among those of this tool.');
      const hasBody = method !== 'GET' && method !== 'DELETE';
      if (!hasBody)
        for (const [name, value] of Object.entries(rest)) url.searchParams.append(name, asText(value));
      const answer = await requestHttps(
        {
          url,
          method,
          headers: {
            accept: 'application/json',
            ...(hasBody ? { 'content-type': 'application/json' } : {}),
            ...(tool.writes ? { 'idempotency-key': idempotencyKey } : {}),
            ...sent,
          },
          body: hasBody ? JSON.stringify(rest) : null,
          // A tool that writes is not told to stop, but must not wait for ever either.
          signal: AbortSignal.any([signal, AbortSignal.timeout(tool.writes ? WRITE_MS : deadlineMs)]),
        },
        network,
      );
      if (answer.status === 404) return { problem: 'Nothing was found.' };
      if (answer.status < 200 || answer.status > 299)
        throw new Foreseen(`${url.host} answered ${answer.status}.`);
      return picked(readAnswer(answer.text), pick);
    },
  });
}

const WRITE_MS = 30_000;

/** Fields in the address are part of its path or query, and never get beyond their place in it. */
function addressFor(template: string, args: Args): { readonly url: URL; readonly rest: Args } {
  const used = new Set<string>();
  const url = new URL(
    fill(template, (name) => {
      used.add(name);
      const text = encodeURIComponent(asText(args[name]));
      if (/^\.{0,2}$/.test(text))
        throw new Foreseen(`${name} must not be empty or dots: it is part of an address.`);
      return text;
    }),
  );
  return { url, rest: Object.fromEntries(Object.entries(args).filter(([name]) => !used.has(name))) };
}

function fill(template: string, insert: (name: string) => string): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => insert(name));
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function readAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The part of an answer that a path such as `items.0.name` leads to. */
function picked(answer: unknown, path: string | undefined): unknown {
  if (path === undefined) return answer;
  const found = path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return Reflect.get(value, key);
  }, answer);
  return found === undefined ? { problem: 'The answer does not hold what was looked for.' } : found;
}
